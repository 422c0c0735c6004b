/**
 * What an event takes of a retired one: the parts of a stored event share its position, version, id and time. A reader
 * gets all parts that it asks for at once, so that no checkpoint and no version ever stands between two of them.
 */
import type { Source } from './any-event.ts'
import {
  beginAfter,
  type Chain,
  callPurely,
  fitShape,
  invalidDefinition,
  liftData,
  namesOf,
  newestVersion,
} from './chain.ts'
import type { RecordedEvent } from './recorded-event.ts'
import type { RetiredEvent } from './retired.ts'

/** What may be taken of one stored event: data for one, for several (an array), or for none (undefined). */
export type Taken<Input> = undefined | readonly Input[] | (Input extends readonly unknown[] ? never : Input)

export interface Split {
  readonly retired: RetiredEvent
  /** The shape that is taken, as a place in the chain. */
  readonly place: number
  readonly take: (data: never, recorded: RecordedEvent) => unknown
}

/** @throws `invalid-argument` when the retired event is not split into this one, or is taken from already */
export function assertSplit(chain: Chain, splits: readonly Split[], retired: RetiredEvent): void {
  const refuse = (problem: string) => {
    throw invalidDefinition('retired', `${retired.type} ${problem} ${chain.type}.`, problem)
  }
  if (!retired.into.includes(chain.type)) refuse('is not split into')
  if (splits.some((split) => split.retired === retired)) refuse('is given twice to')
}

/** Where the retired event has a name of this one, its schema versions come first. */
export function leaveRoom(chain: Chain, { sources }: RetiredEvent): Chain {
  const names = new Set(namesOf(chain).map(({ type }) => type))
  return beginAfter(chain, Math.max(0, ...sources.filter(({ type }) => names.has(type)).map(({ newest }) => newest)))
}

export function toSplitSources(chain: Chain, split: Split): readonly Source[] {
  const { retired } = split
  const read = (recorded: RecordedEvent) => readParts(chain, split, recorded)
  return retired.sources.map((source) => ({ ...source, retired, read }))
}

function readParts(chain: Chain, { retired, place, take }: Split, recorded: RecordedEvent): readonly RecordedEvent[] {
  const { type } = chain
  const does = `is split into ${type}`
  const { data } = retired.upcast(recorded)
  const taken = callPurely(recorded, does, () => take(data as never, recorded))
  const schemaVersion = newestVersion(chain)
  return toList(taken).map((part, index) => {
    const first = fitShape(chain.shapes[place]?.schema ?? chain.shapes[0].schema, recorded, does, part)
    return { ...recorded, type, data: liftData(chain, place, first, recorded), schemaVersion, part: index + 1 }
  })
}

function toList(taken: unknown): readonly unknown[] {
  if (taken === undefined) return []
  return Array.isArray(taken) ? taken : [taken]
}
