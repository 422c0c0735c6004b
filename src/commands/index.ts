export { Background } from './background.ts'
export { type Execute, execute } from './execute.ts'
export type { Asked, Participant } from './execution.ts'
export { Lanes } from './lanes.ts'
export type { ExecuteOptions, RetryBounds } from './options.ts'
export { Recents } from './recents.ts'
export { type Rehearsed, rehearse } from './rehearse.ts'
export type {
  Accepted,
  AcceptedJointly,
  AcceptedWithin,
  ArgumentsOf,
  BoundaryConflict,
  CommandResult,
  Conflict,
  Executable,
  InputOf,
  Invalid,
  Rejected,
  ResultOf,
  TargetOf,
  Unauthorised,
  UnauthorisedByDaybook,
} from './result.ts'
