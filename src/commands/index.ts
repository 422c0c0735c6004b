export { Background } from './background.ts'
export { type Causation, type CausationOptions, type Cause, findCausation, type OutsideCause } from './causation.ts'
export type { CausationNode, CausingCommand, CausingEvent } from './causation-graph.ts'
export type { Asked, Participant } from './execution.ts'
export { assertExecutorOptions, type ExecutorOptions, toExecute } from './executor.ts'
export type { Execute, Middleware, Next } from './middleware.ts'
export type { CommandsOptions, ExecuteOptions, RetryBounds } from './options.ts'
export { type Decided, type DecidedWithin, type Rehearsed, rehearse } from './rehearse.ts'
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
