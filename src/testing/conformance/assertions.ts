import assert from 'node:assert/strict'
import {
  type DaybookError,
  type DaybookErrorCode,
  type DaybookErrorDetails,
  isDaybookError,
} from '../../errors/index.ts'
import type { RecordedEvent } from '../../events/index.ts'
import type { EventLog } from '../../store/index.ts'

/** Asserts that `work` is refused with this code and, among its details, these. */
export async function assertRefused<Code extends DaybookErrorCode>(
  work: () => Promise<unknown>,
  code: Code,
  details: Partial<DaybookErrorDetails[Code]> = {},
): Promise<DaybookError<Code>> {
  const error = await failureOf(work)
  if (!isDaybookError(error, code)) {
    assert.fail(
      `expected the error ${code}, got ${error instanceof Error ? `${error.name} ${error.message}` : String(error)}`,
    )
  }
  for (const [name, expected] of Object.entries(details)) {
    const actual: unknown = (error.details as Readonly<Record<string, unknown>>)[name]
    assert.deepEqual(actual, expected, `the detail ${name} of ${code} is ${String(actual)}, not ${String(expected)}`)
  }
  return error
}

/** Asserts that `work` rejects with exactly this reason. */
export async function assertRejectsWith(work: () => Promise<unknown>, reason: unknown): Promise<void> {
  assert.equal(await failureOf(work), reason)
}

async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error
  }
  return assert.fail('expected a failure, but it went through')
}

/** Asserts that the log holds so many events, and that its head is the last one's position. */
export async function assertCount(log: EventLog, count: number): Promise<void> {
  const events = await log.read().toArray()
  assert.equal(events.length, count, 'the number of events in the log')
  assert.equal(await log.head(), events.at(-1)?.position ?? 0, 'the head of the log')
}

/** Asserts what holds of every whole log: positions, versions and times in order. */
export function assertInOrder(events: readonly RecordedEvent[], gapless: boolean): void {
  const versions = new Map<string, number>()
  let previous: RecordedEvent | undefined
  for (const event of events) {
    const before = previous?.position ?? 0
    if (gapless) assert.equal(event.position, before + 1, 'positions are contiguous')
    else assert.ok(event.position > before, `position ${event.position} comes after ${before}`)
    const version = (versions.get(event.stream.name) ?? 0) + 1
    assert.equal(event.version, version, `versions of ${event.stream.name} are contiguous`)
    assert.ok(!previous || event.recordedAt >= previous.recordedAt, `the clock never goes back, at ${event.position}`)
    versions.set(event.stream.name, version)
    previous = event
  }
}

/** Splits settled appends into those that were recorded and the errors of those that were not. */
export function split<T>(settled: readonly PromiseSettledResult<T>[]): { recorded: T[]; refused: unknown[] } {
  return {
    recorded: settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    refused: settled.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])),
  }
}
