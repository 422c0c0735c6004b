/**
 * Random concurrent histories, and the model that they are checked against. Each writer appends on what it believes
 * of the log: expected versions and boundaries that may be stale, conditions on other streams, several streams at
 * once, and now and then the same append a second time. As positions are in commit order, the log read from its
 * beginning must explain every answer that any writer got.
 */
import assert from 'node:assert/strict'
import { isDaybookError } from '../../errors/index.ts'
import { newEventId, type RecordedEvent } from '../../events/index.ts'
import type { Appended, AppendRequest, Boundary, EventLog, ExpectedVersion } from '../../store/index.ts'
import type { Random } from '../random.ts'
import { assertInOrder } from './assertions.ts'
import { anEvent, idsOf, range } from './builders.ts'

/** An append and its answer. */
export interface Attempt {
  readonly request: AppendRequest
  readonly appended?: Appended
  /** The code of its refusal. */
  readonly refused?: 'version-conflict' | 'boundary-conflict'
}

export interface HistoryOptions {
  readonly random: Random
  readonly writers: number
  readonly appendsPerWriter: number
  /** Whether an append may write several streams, and look at others: true when absent. */
  readonly multiStream?: boolean
}

const STREAMS = range(1, 6).map((n) => `thing-${n}`)
/** Of one append, those that it only looks at among them. */
const MOST_STREAMS = 4
const TAGS = ['red', 'green', 'blue']
const TYPES = ['Made', 'Moved', 'Mended']

/** Lets the writers loose on the log, all at once, and gives what each of them asked and was answered. */
export async function writeAtRandom(log: EventLog, options: HistoryOptions): Promise<Attempt[]> {
  const writers = range(1, options.writers).map(() => write(log, options))
  return (await Promise.all(writers)).flat()
}

async function write(
  log: EventLog,
  { random, appendsPerWriter, multiStream = true }: HistoryOptions,
): Promise<Attempt[]> {
  const attempts: Attempt[] = []
  const belief: Belief = { versions: new Map(), position: 0 }
  for (const _ of range(1, appendsPerWriter)) {
    const request = requestAtRandom(random, belief, multiStream ? MOST_STREAMS : 1)
    const attempt = await attemptTo(log, request)
    attempts.push(attempt)
    await learn(log, attempt, belief, random)
    if (attempt.appended !== undefined && random.chance(0.15)) await assertRepeats(log, attempt)
  }
  return attempts
}

/** What a writer takes the log to be; others have been at work since. */
interface Belief {
  readonly versions: Map<string, number>
  position: number
}

async function learn(log: EventLog, { appended }: Attempt, belief: Belief, random: Random): Promise<void> {
  for (const [stream, version] of Object.entries(appended?.versions ?? {})) belief.versions.set(stream, version)
  if (appended !== undefined) belief.position = appended.position
  const looksAgain = appended === undefined || random.chance(0.2)
  if (!looksAgain) return
  belief.position = await log.head()
  for (const stream of random.sample(STREAMS, 2)) belief.versions.set(stream, await log.streamVersion(stream))
}

async function attemptTo(log: EventLog, request: AppendRequest): Promise<Attempt> {
  try {
    return { request, appended: await log.append(request) }
  } catch (error) {
    if (isDaybookError(error, 'version-conflict')) return { request, refused: error.code }
    if (isDaybookError(error, 'boundary-conflict')) return { request, refused: error.code }
    throw error
  }
}

async function assertRepeats(log: EventLog, { request, appended }: Attempt): Promise<void> {
  const again = await log.append(request)
  assert.deepEqual(again, { ...appended, repeated: true })
}

function requestAtRandom(random: Random, belief: Belief, mostStreams: number): AppendRequest {
  const streams = random.sample(STREAMS, random.integer(1, mostStreams))
  const writes = streams.slice(0, random.integer(1, Math.min(3, streams.length)))
  const expect = (stream: string) => ({ stream, expectedVersion: expectAtRandom(random, belief, stream) })
  return {
    streams: writes.map((stream) => ({ ...expect(stream), events: eventsAtRandom(random) })),
    conditions: random.chance(0.3) ? streams.slice(writes.length).map(expect) : [],
    ...(random.chance(0.3)
      ? { unless: range(1, random.integer(1, 2)).map(() => boundaryAtRandom(random, belief)) }
      : {}),
  }
}

function expectAtRandom(random: Random, belief: Belief, stream: string): ExpectedVersion {
  if (random.chance(0.4)) return 'any'
  const version = belief.versions.get(stream) ?? 0
  if (version === 0) return random.chance(0.5) ? 'none' : 0
  return random.chance(0.2) ? 'exists' : version
}

function eventsAtRandom(random: Random) {
  return range(1, random.integer(1, 4)).map((n) =>
    anEvent({
      id: newEventId(),
      type: random.pick(TYPES),
      tags: random.sample(TAGS, random.integer(0, 2)),
      data: { n },
    }),
  )
}

function boundaryAtRandom(random: Random, belief: Belief): Boundary {
  return {
    types: random.sample(TYPES, random.integer(0, 2)),
    tags: random.sample(TAGS, random.integer(0, 2)),
    after: belief.position,
  }
}

/** Asserts that the log, read from its beginning, explains every answer. */
export function assertExplains(events: readonly RecordedEvent[], attempts: readonly Attempt[], gapless: boolean): void {
  assertInOrder(events, gapless)
  const byId = new Map(events.map((event) => [event.id, event]))
  const recorded = attempts.flatMap(({ appended }) => appended?.events ?? [])
  assert.deepEqual(new Set(byId.keys()), new Set(idsOf(recorded)), 'what is in the log and what was acknowledged')
  for (const event of recorded) assert.deepEqual(byId.get(event.id), event)
  for (const attempt of attempts) if (attempt.appended) assertWhole(attempt.appended, gapless)
  assertAllowed(events, attempts)
}

function assertWhole({ events, position, recordedAt }: Appended, gapless: boolean): void {
  assert.equal(events.at(-1)?.position, position)
  assert.ok(events.every((event) => event.recordedAt.getTime() === recordedAt.getTime()))
  const positions = events.map((event) => event.position)
  if (gapless) assert.deepEqual(positions, range(position - events.length + 1, position), 'an append is in one piece')
}

/** Replays the log: whatever an append expected was so at its place. */
function assertAllowed(events: readonly RecordedEvent[], attempts: readonly Attempt[]): void {
  const byFirst = new Map(attempts.map((attempt) => [attempt.appended?.events[0]?.id, attempt]))
  const versions = new Map<string, number>()
  for (const [place, event] of events.entries()) {
    const attempt = byFirst.get(event.id)
    if (attempt !== undefined) assertMet(attempt.request, versions, events.slice(0, place))
    versions.set(event.stream.name, event.version)
  }
}

function assertMet(request: AppendRequest, versions: Map<string, number>, before: readonly RecordedEvent[]): void {
  for (const { stream, expectedVersion = 'any' } of [...request.streams, ...(request.conditions ?? [])]) {
    const version = versions.get(stream) ?? 0
    assert.ok(isMet(expectedVersion, version), `${stream} at ${version} was expected at ${expectedVersion}`)
  }
  for (const { types = [], tags = [], after } of [request.unless ?? []].flat()) {
    const broken = before.find(
      (event) =>
        event.position > after &&
        (types.length === 0 || types.includes(event.type)) &&
        tags.every((tag) => event.tags.includes(tag)),
    )
    assert.equal(broken, undefined, 'an append is recorded though its boundary is broken')
  }
}

function isMet(expected: ExpectedVersion, version: number): boolean {
  if (expected === 'any') return true
  if (expected === 'exists') return version > 0
  return version === (expected === 'none' ? 0 : expected)
}
