/** What is asked for in one execution, the same for one aggregate and for several: participants, each with its stream. */
import { createHash } from 'node:crypto'
import type { AnyAggregate, AnyCommandWithin, CommandCircumstances } from '../aggregates/index.ts'
import { assertStreamName, type Issue, joinStreamName, newEventId, toCanonicalJson } from '../events/index.ts'
import { type ExpectedVersion, refuse, toExpectedVersion } from '../store/index.ts'
import { assertId, type ExecuteOptions, type RetryBounds, toEffectiveAt, toRetryBounds } from './options.ts'
import type { Executable } from './result.ts'

export interface Execution<Command extends Executable = Executable> {
  readonly command: Command
  /** None for a command within boundaries. */
  readonly participants: readonly Participant[]
  readonly target: unknown
  /** As the command's schema puts it out. */
  readonly input: unknown
  readonly circumstances: CommandCircumstances
  readonly options: ExecuteOptions<unknown>
  readonly identity: CommandIdentity | undefined
  readonly bounds: Required<RetryBounds>
}

export type ExecutionWithin = Execution<AnyCommandWithin>

export function isWithin(execution: Execution): execution is ExecutionWithin {
  return 'within' in execution.command
}

/** One of the aggregates that a command decides over. */
export interface Participant {
  /** Undefined in a command over one aggregate. */
  readonly part: string | undefined
  readonly definition: AnyAggregate
  readonly id: string
  readonly stream: string
  /** `'any'` when the caller expects nothing. */
  readonly expected: ExpectedVersion
}

export interface CommandIdentity {
  readonly id: string
  /** Of everything that makes a repeat the same command. */
  readonly digest: string
}

export interface Asked {
  readonly command: Executable
  /** The log's name. */
  readonly log: string
  /** Undefined for a command within boundaries. */
  readonly target: unknown
  /** As the caller gave it. */
  readonly input: unknown
  readonly options: ExecuteOptions<unknown>
}

/** @throws `invalid-argument` for an id that cannot name a stream, and for what is no expected version */
export function toParticipants({ command, target, options }: Asked): readonly Participant[] {
  if ('within' in command) return []
  if (typeof command.decide !== 'function') refuse('command', 'is no command; make one with .command(…)')
  if ('aggregate' in command) return [toParticipant(undefined, command.aggregate, target, options.expectedVersion)]
  const ids = isRecord(target) ? target : refuse('target', 'is not an object with an id for each part')
  const { expectedVersion = {} } = options
  const expected = isRecord(expectedVersion) ? expectedVersion : refuse('expectedVersion', 'is not one for each part')
  return Object.entries(command.aggregates).map(([part, definition]) =>
    toParticipant(part, definition, ids[part], expected[part]),
  )
}

function toParticipant(
  part: string | undefined,
  definition: AnyAggregate,
  id: unknown,
  expected: unknown,
): Participant {
  if (typeof id !== 'string')
    refuse(part === undefined ? 'id' : `target.${part}`, `is of type ${typeof id}, not a string`)
  const stream = joinStreamName(definition.name, id)
  assertStreamName(stream)
  return { part, definition, id, stream, expected: toExpectedVersion(expected) }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** Two parts played by one thing: each would decide without seeing what the other adds. */
export function findSharedStream(participants: readonly Participant[]): Issue | undefined {
  for (const [place, { part, stream }] of participants.entries()) {
    const earlier = participants.slice(0, place).find((participant) => participant.stream === stream)
    if (earlier === undefined) continue
    return { path: [], message: `${earlier.part} and ${part} are both ${stream}; give each part a thing of its own` }
  }
  return undefined
}

/** @throws `invalid-argument` */
export function toExecution(
  asked: Asked,
  participants: readonly Participant[],
  input: unknown,
  defaults?: RetryBounds,
): Execution {
  const { command, target, options } = asked
  return {
    command,
    participants,
    target,
    input,
    options,
    circumstances: toCircumstances(options),
    identity: options.commandId === undefined ? undefined : identify(asked, participants, options.commandId),
    bounds: toRetryBounds(options, defaults),
  }
}

function toCircumstances(options: ExecuteOptions<unknown>): CommandCircumstances {
  const { commandId, actor, effectiveAt } = options
  if (commandId !== undefined) assertId(commandId, 'commandId')
  const correlationId = options.correlationId ?? commandId ?? newEventId()
  assertId(correlationId, 'correlationId')
  return {
    now: new Date(),
    correlationId,
    ...(commandId === undefined ? {} : { commandId }),
    ...(actor === undefined ? {} : { actor }),
    ...(effectiveAt === undefined ? {} : { effectiveAt: toEffectiveAt(effectiveAt) }),
  }
}

/** The input counts as the caller gave it: what a schema makes of it may change with the next release. */
function identify({ command, input }: Asked, participants: readonly Participant[], id: string): CommandIdentity {
  const streams = participants.map(({ part, stream }) => [part ?? null, stream])
  const digest = createHash('sha256')
    .update(toCanonicalJson([command.name, streams, input]))
    .digest('hex')
  return { id, digest }
}

/** For messages. */
export function nameOf({ command }: Pick<Execution, 'command'>): string {
  return `The command ${command.name}`
}
