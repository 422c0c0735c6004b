/**
 * Loading: the newest snapshot, if there is a good one, then the events after it. A snapshot is only ever a short cut:
 * whatever is wrong with it, everything is replayed.
 */
import { joinStreamName, type RecordedEvent } from '../events/index.ts'
import type { EventLog } from '../store/index.ts'
import type { AnyAggregate, StateOf } from './any-aggregate.ts'
import { loadSnapshot } from './snapshots.ts'

/** An aggregate as it stood at a version. */
export interface Loaded<State> {
  readonly state: State
  /** 0 when the stream has no events. */
  readonly version: number
  /** Of the event at that version: 0 when there is none. */
  readonly position: number
  /** The version of the newest snapshot known: 0 when there is none. */
  readonly snapshotVersion: number
}

export interface LoadOptions {
  /** The highest version wanted. */
  readonly toVersion?: number | undefined
  /** Only events up to and with this position. */
  readonly toPosition?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** The aggregate `id`, now or as it stood earlier. */
export async function load<Definition extends AnyAggregate>(
  log: EventLog,
  definition: Definition,
  id: string,
  options: LoadOptions = {},
): Promise<Loaded<StateOf<Definition>>> {
  const stream = joinStreamName(definition.name, id)
  const snapshot = definition.snapshot && (await loadSnapshot(log, definition, stream, options.toVersion))
  if (snapshot === undefined) return await replay(log, definition, stream, options)
  // From the snapshot's own version on: that event is there, or the snapshot belongs to another history. It also
  // tells whether the snapshot lies after the position wanted.
  const from: Loaded<unknown> = { ...snapshot, position: 0, snapshotVersion: snapshot.version }
  const loaded = await advance(log, definition, stream, from, { ...options, fromVersion: snapshot.version })
  return loaded.position === 0 ? await replay(log, definition, stream, options) : loaded
}

function replay<Definition extends AnyAggregate>(
  log: EventLog,
  definition: Definition,
  stream: string,
  options: LoadOptions,
): Promise<Loaded<StateOf<Definition>>> {
  const empty = { state: definition.initial, version: 0, position: 0, snapshotVersion: 0 }
  return advance(log, definition, stream, empty, options)
}

/** The same aggregate with the events that have come to its stream since. */
export async function catchUp<Definition extends AnyAggregate>(
  log: EventLog,
  definition: Definition,
  stream: string,
  loaded: Loaded<StateOf<Definition>>,
  signal?: AbortSignal,
): Promise<Loaded<StateOf<Definition>>> {
  return await advance(log, definition, stream, loaded, { fromVersion: loaded.version + 1, signal })
}

interface Advance extends LoadOptions {
  readonly fromVersion?: number
}

async function advance<Definition extends AnyAggregate>(
  log: EventLog,
  definition: Definition,
  stream: string,
  from: Loaded<unknown>,
  { fromVersion = 1, toVersion, toPosition = Number.POSITIVE_INFINITY, signal }: Advance,
): Promise<Loaded<StateOf<Definition>>> {
  const limits = { ...(toVersion === undefined ? {} : { toVersion }), ...(signal === undefined ? {} : { signal }) }
  let { state, version, position } = from
  for await (const event of log.readStream(stream, { fromVersion, ...limits })) {
    if (event.position > toPosition) break
    if (event.version > version) state = definition.apply(state, event)
    version = event.version
    position = event.position
  }
  // `apply` gives the state of the definition that it belongs to.
  return { state: state as StateOf<Definition>, version, position, snapshotVersion: from.snapshotVersion }
}

/** The loaded aggregate with events that were just recorded after it. */
export function applyTo<State>(
  definition: AnyAggregate,
  loaded: Loaded<State>,
  events: readonly RecordedEvent[],
): Loaded<State> {
  const last = events.at(-1)
  if (last === undefined) return loaded
  const state = events.reduce<unknown>((before, event) => definition.apply(before, event), loaded.state)
  return { ...loaded, state: state as State, version: last.version, position: last.position }
}
