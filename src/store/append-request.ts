/**
 * From what a caller asks to what an engine does: every check that needs no store is made here, once for all
 * engines, before anything is sent.
 */
import { DaybookError } from '../errors/index.ts'
import {
  assertStreamName,
  type EncodedEvent,
  encodeEvent,
  findJsonProblem,
  findNameProblem,
  type NewEvent,
} from '../events/index.ts'
import type { CommandRecord } from './keepsakes.ts'
import type { AppendRequest, Boundary, ExpectedVersion, StreamCondition } from './port.ts'

/** Events of one append. It is held in memory, and its transaction holds the log's lock, as a whole. */
const MAX_EVENTS_PER_APPEND = 10_000
/** 16 MiB of JSON in one append, for the same reason. */
const MAX_BYTES_PER_APPEND = 16_777_216
/** Streams written or conditioned by one append. */
const MAX_STREAMS_PER_APPEND = 1_000
/** Alternatives in one boundary, and types or tags in one alternative: each is a search of its own. */
export const MAX_BOUNDARY_TERMS = 100
/** What a stream's version can grow to: PostgreSQL's integer. */
export const MAX_VERSION = 2_147_483_647
export const MAX_COMMAND_ID_LENGTH = 255
/** A digest in hexadecimal, with room to spare. */
const MAX_DIGEST_LENGTH = 255

/** An append, checked and encoded. */
export interface PreparedAppend {
  readonly writes: readonly PreparedWrite[]
  readonly conditions: readonly PreparedCondition[]
  readonly boundaries: readonly PreparedBoundary[]
  readonly command?: CommandRecord
  /** Of all writes. */
  readonly eventCount: number
  /** UTF-16 units of JSON, near enough to bytes for weighing a batch. */
  readonly size: number
  /** The ids that the caller gave to events: with them it may be an earlier attempt anew. */
  readonly givenIds: readonly string[]
}

export interface PreparedCondition {
  readonly stream: string
  readonly expected: ExpectedVersion
}

export interface PreparedWrite extends PreparedCondition {
  readonly events: readonly EncodedEvent[]
}

export interface PreparedBoundary {
  /** Empty for any. */
  readonly types: readonly string[]
  /** Empty for any. */
  readonly tags: readonly string[]
  readonly after: number
}

/** @throws `invalid-argument`, `invalid-event` */
export function prepareAppend(request: AppendRequest): PreparedAppend {
  const writes = prepareWrites(request)
  const conditions = prepareConditions(request.conditions ?? [])
  if (writes.length + conditions.length > 1) assertDistinct([...writes, ...conditions])
  const eventCount = writes.reduce((sum, write) => sum + write.events.length, 0)
  const size = writes.reduce((sum, write) => sum + sizeOf(write), 0)
  assertSize(request, eventCount, size)
  return {
    writes,
    conditions,
    boundaries: prepareBoundaries(request.unless),
    ...(request.command === undefined ? {} : { command: prepareCommand(request.command) }),
    eventCount,
    size,
    givenIds: request.streams.some(({ events }) => events.some(hasId)) ? findGivenIds(request) : NO_IDS,
  }
}

const NO_IDS: readonly string[] = []

function hasId({ id }: NewEvent): boolean {
  return id !== undefined
}

function findGivenIds({ streams }: AppendRequest): string[] {
  return streams.flatMap(({ events }) => events.flatMap(({ id }) => id ?? []))
}

function prepareWrites(request: AppendRequest): PreparedWrite[] {
  if (!Array.isArray(request?.streams)) refuse('streams', 'is not an array')
  let index = 0
  return request.streams.map((write) => {
    assertObject(write, 'streams')
    const { stream, events, expectedVersion } = write
    assertStreamName(stream)
    if (!Array.isArray(events) || events.length === 0) refuse('events', `for ${stream} is not an array of events`)
    const expected = toExpectedVersion(expectedVersion)
    return { stream, expected, events: events.map((event) => encodeEvent(event, index++)) }
  })
}

function prepareConditions(conditions: readonly StreamCondition[]): PreparedCondition[] {
  if (!Array.isArray(conditions)) refuse('conditions', 'is not an array')
  return conditions.map((condition: StreamCondition) => {
    assertObject(condition, 'conditions')
    assertStreamName(condition.stream)
    return { stream: condition.stream, expected: toExpectedVersion(condition.expectedVersion ?? null) }
  })
}

function assertObject(value: unknown, argument: string): void {
  if (typeof value !== 'object' || value === null) refuse(argument, 'holds something that is not an object')
}

/** `'any'` when absent; null is no version, and may be one that somebody has lost. @throws `invalid-argument` */
export function toExpectedVersion(expected: unknown): ExpectedVersion {
  if (expected === undefined) return 'any'
  if (expected === 'none' || expected === 'exists' || expected === 'any') return expected
  if (isVersion(expected)) return expected
  return refuse('expectedVersion', `is ${String(expected)}; give a version (0 or more), 'none', 'exists' or 'any'`)
}

function isVersion(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_VERSION
}

function assertDistinct(streams: readonly PreparedCondition[]): void {
  if (streams.length > MAX_STREAMS_PER_APPEND) {
    refuse('streams', `are ${streams.length} in one append, more than ${MAX_STREAMS_PER_APPEND}`)
  }
  const names = new Set<string>()
  for (const { stream } of streams) {
    if (names.has(stream)) refuse('streams', `holds ${stream} twice; give each stream of an append once`)
    names.add(stream)
  }
}

function assertSize(request: AppendRequest, eventCount: number, size: number): void {
  if (eventCount === 0 && request.command === undefined) refuse('streams', 'holds no event to append')
  if (eventCount > MAX_EVENTS_PER_APPEND) {
    refuse(
      'events',
      `are ${eventCount} in one append, more than ${MAX_EVENTS_PER_APPEND}; append them in several, or import them`,
    )
  }
  if (size > MAX_BYTES_PER_APPEND) {
    refuse(
      'events',
      `are ${size} bytes in one append, more than ${MAX_BYTES_PER_APPEND}; append them in several, or import them`,
    )
  }
}

function sizeOf(write: PreparedWrite): number {
  return write.events.reduce((sum, event) => sum + event.data.length + event.metadata.length, 0)
}

function prepareBoundaries(unless: Boundary | readonly Boundary[] | undefined): PreparedBoundary[] {
  if (unless === undefined) return []
  const boundaries = Array.isArray(unless) ? (unless as readonly Boundary[]) : [unless as Boundary]
  if (boundaries.length > MAX_BOUNDARY_TERMS) refuse('unless', `has more than ${MAX_BOUNDARY_TERMS} alternatives`)
  return boundaries.map((boundary) => {
    assertObject(boundary, 'unless')
    const { types = [], tags = [], after } = boundary
    assertPosition(after, 'unless.after')
    assertTerms(types, 'unless.types')
    assertTerms(tags, 'unless.tags')
    return { types: [...types], tags: [...tags], after }
  })
}

function assertTerms(terms: readonly string[], argument: string): void {
  if (!Array.isArray(terms)) refuse(argument, 'is not an array')
  if (terms.length > MAX_BOUNDARY_TERMS) refuse(argument, `holds more than ${MAX_BOUNDARY_TERMS} names`)
  for (const term of terms) assertName(term, argument)
}

/** Any type or tag that could stand in the log; longer ones match nothing, but must not reach an engine unchecked. */
const MAX_TERM_LENGTH = 128

function assertName(name: string, argument: string): void {
  const problem = findNameProblem(name, MAX_TERM_LENGTH)
  if (problem !== undefined) refuse(argument, `holds a name that ${problem}`)
}

/** @throws `invalid-argument` unless `position` is 0 or a position. */
export function assertPosition(position: number, argument: string): void {
  if (!Number.isSafeInteger(position) || position < 0) {
    refuse(argument, `is ${String(position)}; give a position, a whole number from 0 on`)
  }
}

function prepareCommand(command: CommandRecord): CommandRecord {
  assertObject(command, 'command')
  const problem = findNameProblem(command.id, MAX_COMMAND_ID_LENGTH)
  if (problem !== undefined) refuse('command.id', problem)
  const digest = findNameProblem(command.digest, MAX_DIGEST_LENGTH)
  if (digest !== undefined) refuse('command.digest', digest)
  const json = findJsonProblem(command.result, 'command.result')
  if (json !== undefined) refuse(json.path, json.problem)
  return command
}

/** @throws `invalid-argument` */
export function refuse(argument: string, problem: string): never {
  throw new DaybookError('invalid-argument', `The argument ${argument} ${problem}.`, { argument, problem })
}
