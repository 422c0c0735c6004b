export {
  type Aggregate,
  type AggregateOptions,
  aggregate,
  type Evolve,
} from './aggregate.ts'
export type { AnyAggregate, SnapshotPolicy, StateOf } from './any-aggregate.ts'
export {
  type AuthorisationRequest,
  type Authorise,
  type CommandOptions,
  isRefusal,
  type Refusal,
  unauthorised,
} from './authorisation.ts'
export { type AnyBoundaryOf, type BoundaryDefinition, type BoundaryOf, boundary } from './boundary.ts'
export {
  type AnyCommand,
  type AnyJointCommand,
  type Command,
  type CommandCircumstances,
  type CommandContext,
  command,
  type JointCommand,
  type JointContext,
} from './command.ts'
export {
  type AnyCommandWithin,
  type CommandWithin,
  commandWithin,
  type InStream,
  type InStreamOf,
  inStream,
} from './command-within.ts'
export { fold } from './fold.ts'
export { applyTo, catchUp, type LoadAggregate, type Loaded, load } from './load.ts'
export { look, type Seen } from './look.ts'
export { isRejection, type Rejection, reject, watchRejections } from './rejection.ts'
export { isSnapshotDue, saveSnapshot } from './snapshots.ts'
