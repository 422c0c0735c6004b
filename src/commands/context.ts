import type { Authorise, LoadAggregate } from '../aggregates/index.ts'
import type { EventLog } from '../store/index.ts'
import type { Background } from './background.ts'
import type { Forgetting } from './forgetting.ts'
import type { Lanes } from './lanes.ts'
import type { RetryBounds } from './options.ts'
import type { RecentBoundaries } from './recent-boundaries.ts'
import type { Recents } from './recents.ts'

/** What executing needs; the same for all commands of a process on one log. */
export interface ExecuteContext {
  readonly log: EventLog
  readonly load: LoadAggregate
  readonly lanes: Lanes
  readonly recents: Recents
  readonly recentBoundaries: RecentBoundaries
  readonly background: Background
  /** The daybook's own, asked about every command. */
  readonly authorise?: Authorise | undefined
  /** Absent where ids are kept for ever. */
  readonly forgetting?: Forgetting | undefined
  /** Where an execution does not say. */
  readonly retryBounds?: RetryBounds | undefined
}
