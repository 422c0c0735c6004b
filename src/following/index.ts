/** What follows a log while it grows: by one tail for a process, and one process for several. */
export { again } from './again.ts'
export { type FollowerLease, follow, Superseded } from './follow.ts'
export { HeldLease } from './held-lease.ts'
export type { Lag } from './lag.ts'
export { toLeasing } from './leasing.ts'
export {
  type FollowerNote,
  type FollowerReport,
  listTold,
  reportTold,
  type Told,
  toFollowerNote,
} from './notes.ts'
export { type FollowerPhase, FollowerProgress, type FollowerStatus, type LastError } from './progress.ts'
export { readOwn } from './read-own.ts'
export { SharedTail, type Subscription } from './shared-tail.ts'
export { withTimeout } from './timeout.ts'
