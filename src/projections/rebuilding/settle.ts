/**
 * Decides about rows that were changing when they were met. In each round the live side is read first and the built side
 * when it has come as far, so that a row which both have from the same event can be compared. A difference that could
 * also come from an event in between counts when it is the same in the next round, which begins when the live side has
 * passed what the built one had seen.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { StoredRow } from '../../store/index.ts'
import { type ComparisonLedger, isSameRow } from './comparison.ts'
import type { CompareOptions } from './side.ts'

export interface Settling extends CompareOptions {
  readonly ledger: ComparisonLedger
  /** Somebody keeps the live side up to date; nobody waits for it again where nobody does. */
  isLiveMoving: boolean
}

/** A key that is written several times a second may be met in motion more than once, but hardly so often. */
const MAX_ROUNDS = 8
/** The live side of a running application follows within milliseconds. */
const PATIENCE_MS = 2_000
const LOOK_EVERY_MS = 10

interface Seen {
  readonly live: StoredRow | undefined
  readonly built: StoredRow | undefined
}

export async function settle(settling: Settling, keys: readonly string[]): Promise<void> {
  let open = [...keys]
  let seenBefore = new Map<string, Seen>()
  for (let round = 0; open.length > 0 && round < MAX_ROUNDS; round++) {
    const { rows, isInStep } = await look(settling, open)
    const isDecided = (key: string) => {
      const { live, built } = rows.get(key) ?? NOTHING
      return (
        isSameRow(live, built) ||
        isFromOneEvent(live, built) ||
        (isInStep && isUnchanged(seenBefore.get(key), { live, built }))
      )
    }
    const decided = open.filter(isDecided)
    for (const key of decided) {
      const { live, built } = rows.get(key) ?? NOTHING
      settling.ledger.decide(key, toThere(live), toThere(built))
    }
    const settled = new Set(decided)
    open = open.filter((key) => !settled.has(key))
    seenBefore = rows
    if (!isInStep && !settling.isLiveMoving) break
  }
  settling.ledger.leave(open.length)
}

const NOTHING: Seen = { live: undefined, built: undefined }

interface Look {
  readonly rows: Map<string, Seen>
  /** The live side has passed everything that the built one had seen. */
  readonly isInStep: boolean
}

async function look(settling: Settling, keys: readonly string[]): Promise<Look> {
  const { live, built } = settling
  await settling.catchUp()
  const isInStep = await untilLiveHasPassed(settling, await built.checkpoint())
  const liveRows = await live.load(keys)
  const checkpoint = await live.checkpoint()
  if ((await built.checkpoint()) < checkpoint) await settling.catchUp()
  const builtRows = await built.load(keys)
  const rows = keys.map((key) => [key, { live: liveRows.get(key), built: builtRows.get(key) }] as const)
  return { rows: new Map(rows), isInStep }
}

async function untilLiveHasPassed(settling: Settling, position: number): Promise<boolean> {
  const { live, signal } = settling
  const deadline = performance.now() + (settling.isLiveMoving ? PATIENCE_MS : 0)
  for (;;) {
    if ((await live.checkpoint()) >= position) return true
    if (performance.now() >= deadline) break
    await delay(LOOK_EVERY_MS, undefined, signal === undefined ? {} : { signal })
  }
  settling.isLiveMoving = false
  return false
}

function isFromOneEvent(live: StoredRow | undefined, built: StoredRow | undefined): boolean {
  return live !== undefined && built !== undefined && live.position === built.position
}

function isUnchanged(before: Seen | undefined, now: Seen): boolean {
  if (before === undefined) return false
  return isSameState(before.live, now.live) && isSameState(before.built, now.built)
}

function isSameState(one: StoredRow | undefined, other: StoredRow | undefined): boolean {
  return one?.position === other?.position && isSameRow(one, other)
}

/** What is deleted is not there. */
function toThere(row: StoredRow | undefined): StoredRow | undefined {
  return row?.row === undefined ? undefined : row
}
