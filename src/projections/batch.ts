import type { RecordedEvent } from '../events/index.ts'
import type { AnyReadModel, AnySqlProjection } from '../readmodels/index.ts'
import type { EventLog, Generation, QuarantinedKey } from '../store/index.ts'
import type { RememberedRows } from './remembered-rows.ts'

/** A read model, or SQL of the user's own. */
export type AnyProjection = AnyReadModel | AnySqlProjection

/** Keys whose events wait. */
export type Held = ReadonlyMap<string, QuarantinedKey>

/** Events to be applied to a projection. */
export interface ProjectionBatch {
  readonly log: EventLog
  /** The definition: also one in SQL. */
  readonly readModel: AnyProjection
  /** Where the rows are. */
  readonly generation: Generation
  /** The events, in order, page by page. Asked once more, it gives what it has given before. */
  readonly pages: Iterable<EventPage> | AsyncIterable<EventPage>
  /** Asked after each page whether that is enough to be saved at once: all pages are one batch when absent. */
  readonly isEnough?: (folded: Folded) => boolean
  /** The checkpoint that the batch begins from. */
  readonly from: number
  /** The checkpoint that it leads to when all pages are applied: that of its last event when absent. */
  readonly to?: number
  /** Keys whose events are passed over: none when absent. */
  readonly held?: Held
  /** What is known of the rows without asking the target. */
  readonly remembered?: RememberedRows
  /** The batch before this one, while it is being saved: this one is saved after it, or not at all. */
  readonly previous?: Promise<AppliedBatch>
  /** Called when the rows of the batch are folded, so that the next one may be, with the checkpoint that it leads to. */
  readonly onFolded?: (checkpoint: number) => void
}

export type EventPage = readonly RecordedEvent[]

/** What is folded of a batch, and not yet saved. */
export interface Folded {
  readonly pages: number
  readonly events: number
  readonly rows: number
}

type Pages = Pick<ProjectionBatch, 'pages' | 'isEnough' | 'from' | 'to'>

/**
 * Takes the pages of a batch one after the other, until there are no more or it is enough.
 * @param take Gives how many rows are to be saved by now.
 * @returns how many events they had, and the checkpoint that they lead to
 */
export async function takePages({ pages, isEnough, from, to }: Pages, take: (page: EventPage) => Promise<number>) {
  const taken = { pages: 0, events: 0 }
  let reached = from
  for await (const page of pages) {
    const rows = await take(page)
    taken.pages++
    taken.events += page.length
    reached = page.at(-1)?.position ?? reached
    if (isEnough?.({ ...taken, rows })) return { events: taken.events, checkpoint: reached }
  }
  return { events: taken.events, checkpoint: to ?? reached }
}

/** The events of a batch, where all of them are needed at once. */
export async function gather(batch: Pages) {
  const all: RecordedEvent[] = []
  const { checkpoint } = await takePages(batch, async (page) => {
    for (const event of page) all.push(event)
    return all.length
  })
  return { events: all, checkpoint }
}

export interface AppliedBatch {
  /** False when another instance has applied it; then the checkpoint was not moved. */
  readonly isSaved: boolean
  /** How many events it had. */
  readonly events: number
  /** The checkpoint that it leads to. */
  readonly checkpoint: number
  /** How many rows the batch changes. */
  readonly rows: number
  /** Keys that were held and have more events waiting now, or are held from now on. */
  readonly quarantine?: Held
}

/** Applying a batch, or as much of it as is enough, for who wraps it. */
export type ApplyBatch = (batch: ProjectionBatch) => Promise<AppliedBatch>

export function toMove(quarantine: Held | undefined): { readonly quarantine?: Held } {
  return quarantine === undefined || quarantine.size === 0 ? {} : { quarantine }
}
