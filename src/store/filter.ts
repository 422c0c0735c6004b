import { findNameProblem, isEventId, MAX_STREAM_NAME_LENGTH } from '../events/index.ts'
import { assertPosition, MAX_BOUNDARY_TERMS, refuse } from './append-request.ts'
import type { EventFilter, ListStreamsOptions, ReadOptions, ReadStreamOptions, TailOptions } from './port.ts'

/** More would make shares smaller than what reading each costs. */
const MAX_PARTITIONS = 1_024

/** @throws `invalid-argument` */
function assertFilter(filter: EventFilter): void {
  assertTerm(filter.category, 'category', MAX_STREAM_NAME_LENGTH)
  for (const name of ['types', 'tags'] as const) {
    const terms = filter[name]
    if (terms === undefined) continue
    if (!Array.isArray(terms)) refuse(name, 'is not an array')
    if (terms.length > MAX_BOUNDARY_TERMS) refuse(name, `holds more than ${MAX_BOUNDARY_TERMS} names`)
    for (const term of terms) assertTerm(term, name, MAX_STREAM_NAME_LENGTH)
  }
  assertPartition(filter)
  assertIds(filter.ids)
  assertTerm(filter.correlationId, 'correlationId', MAX_CORRELATION_ID_LENGTH)
}

/** An index entry holds it; what is longer may be recorded, and cannot be asked for. */
export const MAX_CORRELATION_ID_LENGTH = 255

function assertIds(ids: readonly string[] | undefined): void {
  if (ids === undefined) return
  if (!Array.isArray(ids)) refuse('ids', 'is not an array')
  if (ids.length > MAX_BOUNDARY_TERMS) refuse('ids', `holds more than ${MAX_BOUNDARY_TERMS} ids`)
  if (!ids.every(isEventId)) refuse('ids', 'holds something that is not a UUID')
}

function assertTerm(term: string | undefined, argument: string, maxLength: number): void {
  if (term === undefined) return
  const problem = findNameProblem(term, maxLength)
  if (problem !== undefined) refuse(argument, problem)
}

function assertPartition({ partition }: EventFilter): void {
  if (partition === undefined) return
  const { index, count } = partition
  if (!Number.isInteger(count) || count < 1 || count > MAX_PARTITIONS) {
    refuse('partition.count', `is ${String(count)}; give a whole number from 1 to ${MAX_PARTITIONS}`)
  }
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    refuse('partition.index', `is ${String(index)}; give a whole number from 0 to ${count - 1}`)
  }
}

/** @throws `invalid-argument` */
export function assertReadOptions(options: ReadOptions): void {
  assertFilter(options)
  if (options.after !== undefined) assertPosition(options.after, 'after')
  if (options.upTo !== undefined) assertPosition(options.upTo, 'upTo')
  assertDirection(options.direction)
  assertLimit(options.limit)
}

/** @throws `invalid-argument` */
export function assertReadStreamOptions(options: ReadStreamOptions): void {
  if (options.fromVersion !== undefined) assertPosition(options.fromVersion, 'fromVersion')
  if (options.toVersion !== undefined) assertPosition(options.toVersion, 'toVersion')
  assertDirection(options.direction)
  assertLimit(options.limit)
}

/** @throws `invalid-argument` */
export function assertTailOptions(options: TailOptions): void {
  assertFilter(options)
  if (options.after !== undefined) assertPosition(options.after, 'after')
  const { pollIntervalMs } = options
  if (pollIntervalMs === undefined || (pollIntervalMs > 0 && pollIntervalMs <= LONGEST_POLL_INTERVAL_MS)) return
  refuse('pollIntervalMs', `is ${String(pollIntervalMs)}; give milliseconds, more than 0`)
}

/** What a Node timer holds; it takes more for 1 ms. */
const LONGEST_POLL_INTERVAL_MS = 2_147_483_647

/** @throws `invalid-argument` */
export function assertListStreamsOptions(options: ListStreamsOptions): void {
  assertTerm(options.category, 'category', MAX_STREAM_NAME_LENGTH)
  assertTerm(options.after, 'after', MAX_STREAM_NAME_LENGTH)
  assertLimit(options.limit)
}

/** @throws `invalid-argument` */
export function assertTime(time: Date, argument: string): void {
  if (!(time instanceof Date) || Number.isNaN(time.getTime())) refuse(argument, 'is not a valid Date')
}

function assertDirection(direction: string | undefined): void {
  if (direction === undefined || direction === 'forwards' || direction === 'backwards') return
  refuse('direction', `is ${String(direction)}; give 'forwards' or 'backwards'`)
}

/** @throws `invalid-argument` */
function assertLimit(limit: number | undefined): void {
  if (limit === undefined || (Number.isSafeInteger(limit) && limit >= 0)) return
  refuse('limit', `is ${String(limit)}; give a whole number from 0 on`)
}
