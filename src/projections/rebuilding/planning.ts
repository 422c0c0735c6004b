/** Sets out what a rebuild is to do, or finds what an earlier one has set out to. */
import { storedTypes } from '../../events/index.ts'
import { type AnyReadModel, toKeyedCarefully } from '../../readmodels/index.ts'
import { assertPosition, type EventLog, type ReadModelTarget, refuse } from '../../store/index.ts'
import { rebuildNeeded } from '../rebuild-needed.ts'
import { type Plan, toNote } from './plan.ts'
import { BY_KEY, type Sharing, toSharing } from './shares.ts'

export interface Planning {
  readonly log: EventLog
  readonly readModel: AnyReadModel
  readonly target: ReadModelTarget
  /** As the caller wants it. */
  readonly workers?: number
  /** Undefined where all shares are folded in this thread. */
  readonly cores?: number
  readonly from: number
  /** What the last one who rebuilt it has left. */
  readonly note: unknown
}

/** Events that say whether keys are streams; the rest are held to it. */
const SHARING_EVENTS = 100

/** @throws `rebuild-needed` where `from` would mix rows of two definitions */
export async function planOf(planning: Planning): Promise<{ plan: Plan; resumed: boolean }> {
  const { readModel, target, from } = planning
  assertPosition(from, 'from')
  const building = (await target.generations()).find(({ state }) => state === 'building')
  const earlier = toNote(planning.note)?.plan
  const isTheSame = earlier?.fingerprint === readModel.fingerprint && earlier.from === from
  if (isTheSame && building?.id === earlier.generation) return { plan: earlier, resumed: true }
  // Without its plan nobody knows what its shares are.
  if (building !== undefined) await target.drop(building.id)
  return { plan: await makePlan(planning, await findSharing(planning)), resumed: false }
}

/** Drops what was folded by streams, and sets out to fold by keys. */
export async function replanByKey(planning: Planning, plan: Plan): Promise<Plan> {
  await planning.target.drop(plan.generation)
  return await makePlan(planning, BY_KEY)
}

async function makePlan(planning: Planning, sharing: Sharing): Promise<Plan> {
  const { log, readModel, target, from } = planning
  const upTo = from === 0 ? await log.head() : await toTakeOver(planning)
  const { id: generation, fingerprint } = await target.build(readModel.fingerprint)
  return { generation, fingerprint, sharing, shares: toShares(planning, sharing), from, touchedUpTo: 0, upTo }
}

/** In one thread a second share folds while the first waits for the server. */
const SHARES_IN_ONE_THREAD = 2

function toShares({ workers, cores = SHARES_IN_ONE_THREAD }: Planning, { by }: Sharing): number {
  return by === 'key' ? 1 : (workers ?? cores)
}

/** The position of the live generation, whose rows are taken over. */
async function toTakeOver({ readModel, target, from }: Planning): Promise<number> {
  const live = await target.live(readModel.fingerprint)
  if (live.fingerprint !== readModel.fingerprint) throw rebuildNeeded(readModel, live)
  const checkpoint = await live.checkpoint()
  if (from <= checkpoint) return checkpoint
  return refuse('from', `is ${from}, which the live generation has not come to: it is at ${checkpoint}`)
}

async function findSharing({ log, readModel }: Planning): Promise<Sharing> {
  const types = storedTypes(readModel.events)
  const events = await log.read({ types, limit: SHARING_EVENTS }).toArray()
  return toSharing(toKeyedCarefully(readModel, events).events)
}
