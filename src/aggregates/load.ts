/**
 * Loading: the newest snapshot, if there is a good one, then the events after it. A snapshot is only ever a short cut:
 * whatever is wrong with it, everything is replayed.
 */
import { joinStreamName, type RecordedEvent } from '../events/index.ts'
import type { EventLog } from '../store/index.ts'
import type { AnyAggregate, StateOf } from './any-aggregate.ts'
import { discardSnapshots, type KeptState, loadSnapshot, type SnapshotOutcome } from './snapshots.ts'

/** An aggregate as it stood at a version. */
export interface Loaded<State> {
  readonly state: State
  /** 0 when the stream has no events. */
  readonly version: number
  /** Of the event at that version: 0 when there is none. */
  readonly position: number
  /** Of the event at that version. */
  readonly eventId?: string | undefined
  /** The version of the newest snapshot known: 0 when there is none. */
  readonly snapshotVersion: number
  /** What came of the look for a snapshot; undefined where there was none. */
  readonly snapshot?: SnapshotOutcome | undefined
}

export interface LoadOptions {
  /** The highest version wanted. */
  readonly toVersion?: number | undefined
  /** Only events up to and with this position. */
  readonly toPosition?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Loading, for who wraps it. */
export type LoadAggregate = (
  log: EventLog,
  definition: AnyAggregate,
  id: string,
  options?: LoadOptions,
) => Promise<Loaded<unknown>>

/** The aggregate `id`, now or as it stood earlier. */
export async function load<Definition extends AnyAggregate>(
  log: EventLog,
  definition: Definition,
  id: string,
  options: LoadOptions = {},
): Promise<Loaded<StateOf<Definition>>> {
  const stream = joinStreamName(definition.name, id)
  const loading = { log, definition, stream, options }
  if (definition.snapshot === undefined) return await replay(loading)
  const kept = await loadSnapshot(log, definition, stream)
  if (typeof kept === 'string') return { ...(await replay(loading)), snapshot: kept }
  if (kept.version > (options.toVersion ?? kept.version)) return { ...(await replay(loading)), snapshot: 'missing' }
  const loaded = await loadFrom(loading, kept)
  if (typeof loaded !== 'string') return { ...loaded, snapshot: 'found' }
  if (loaded === 'foreign') await discardSnapshots(log, stream)
  return { ...(await replay(loading)), snapshot: loaded }
}

interface Loading<Definition extends AnyAggregate> {
  readonly log: EventLog
  readonly definition: Definition
  readonly stream: string
  readonly options: LoadOptions
}

/**
 * The snapshot with the events after it. It reads from the snapshot's own event on, which must be there, and be the one
 * that the snapshot was taken at. A snapshot from after the position wanted is as good as missing.
 */
async function loadFrom<Definition extends AnyAggregate>(
  { log, definition, stream, options }: Loading<Definition>,
  kept: KeptState,
): Promise<Loaded<StateOf<Definition>> | 'foreign' | 'missing'> {
  const { toPosition = Number.POSITIVE_INFINITY } = options
  let { state } = kept
  let last: RecordedEvent | undefined
  for await (const event of readFrom(log, stream, kept.version, options)) {
    if (last === undefined && event.id !== kept.eventId) return 'foreign'
    if (last === undefined && event.position > toPosition) return 'missing'
    if (event.position > toPosition) break
    if (last !== undefined) state = definition.apply(state, event)
    last = event
  }
  if (last === undefined) return 'foreign'
  const { version, position, id: eventId } = last
  // `apply` gives the state of the definition that it belongs to.
  return { state: state as StateOf<Definition>, version, position, eventId, snapshotVersion: kept.version }
}

function replay<Definition extends AnyAggregate>({
  log,
  definition,
  stream,
  options,
}: Loading<Definition>): Promise<Loaded<StateOf<Definition>>> {
  const empty = { state: definition.initial, version: 0, position: 0, snapshotVersion: 0 }
  return advance({ log, definition, stream, options }, empty)
}

/** The same aggregate with the events that have come to its stream since. */
export async function catchUp<Definition extends AnyAggregate>(
  log: EventLog,
  definition: Definition,
  stream: string,
  loaded: Loaded<StateOf<Definition>>,
  signal?: AbortSignal,
): Promise<Loaded<StateOf<Definition>>> {
  return await advance({ log, definition, stream, options: { signal } }, loaded)
}

async function advance<Definition extends AnyAggregate>(
  { log, definition, stream, options }: Loading<Definition>,
  from: Loaded<unknown>,
): Promise<Loaded<StateOf<Definition>>> {
  const { toPosition = Number.POSITIVE_INFINITY } = options
  let { state, version, position, eventId } = from
  for await (const event of readFrom(log, stream, version + 1, options)) {
    if (event.position > toPosition) break
    state = definition.apply(state, event)
    version = event.version
    position = event.position
    eventId = event.id
  }
  // `apply` gives the state of the definition that it belongs to.
  return { state: state as StateOf<Definition>, version, position, eventId, snapshotVersion: from.snapshotVersion }
}

function readFrom(log: EventLog, stream: string, fromVersion: number, { toVersion, signal }: LoadOptions) {
  const limits = { ...(toVersion === undefined ? {} : { toVersion }), ...(signal === undefined ? {} : { signal }) }
  return log.readStream(stream, { fromVersion, ...limits })
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
  return { ...loaded, state: state as State, version: last.version, position: last.position, eventId: last.id }
}
