/**
 * How reactors are doing, for whoever asks: of one that runs here from its own progress, of one that runs elsewhere from the
 * note that its holder leaves with its lease.
 */
import {
  type FollowerNote,
  type FollowerProgress,
  type FollowerReport,
  listTold,
  reportTold,
  type Told,
  toFollowerNote,
} from '../following/index.ts'
import type { AnyReactor } from '../reactors/index.ts'
import type { EventLog } from '../store/index.ts'
import { DeadLetterBox } from './dead-letter-box.ts'

/** Its `checkpoint` is the position up to which everything is done, or is a dead letter. */
export interface ReactorReport extends FollowerReport {
  /** How many effects have failed for good. */
  readonly deadLetters: number
}

const LEASE_KIND = 'reactor '

export function toLeaseName(reactor: string): string {
  return LEASE_KIND + reactor
}

export function toNote({ events }: AnyReactor, progress: FollowerProgress): FollowerNote {
  return toFollowerNote(events, progress)
}

/** Of one that runs in this process. */
export async function reportOwn(log: EventLog, reactor: AnyReactor, progress: FollowerProgress, owner?: string) {
  const { name } = reactor
  return await complete(log, { name, note: toNote(reactor, progress), isHeld: true, owner, at: new Date() })
}

/** Of all that any process has told of. */
export async function reportLeased(log: EventLog): Promise<readonly ReactorReport[]> {
  return await Promise.all((await listTold(log, LEASE_KIND)).map((told) => complete(log, told)))
}

async function complete(log: EventLog, told: Told<FollowerNote>): Promise<ReactorReport> {
  const { length: deadLetters } = await new DeadLetterBox(log, told.name).list()
  return { ...(await reportTold(log, told)), deadLetters }
}
