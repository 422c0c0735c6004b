import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Appender, type Member, type Outcome, prepareAppend } from '../../src/store/index.ts'

const CALLERS = 100

/** An engine whose calls are answered when the test says so, each after so much time for an event. */
class SteeredEngine {
  readonly sizes: number[] = []
  readonly #unanswered: (() => void)[] = []

  readonly appender = new Appender({
    engine: 'steered',
    log: 'main',
    callsUnderWay: 2,
    connect: async () => ({ call: (group) => this.#call(group), release() {} }),
    isTransient: () => false,
    onRecorded() {},
  })

  #call(group: readonly Member[]): Promise<Outcome[]> {
    this.sizes.push(group.length)
    const recorded = { kind: 'recorded', position: 1, versions: [0], recordedAt: new Date() } as const
    return new Promise((resolve) => {
      this.#unanswered.push(() => resolve(group.map(() => recorded)))
    })
  }

  /** Answers the oldest call, `msPerEvent` after the one before it; its callers then append again. */
  async answer(msPerEvent: number): Promise<void> {
    const size = this.sizes[this.sizes.length - this.#unanswered.length] as number
    vi.advanceTimersByTime(size * msPerEvent)
    this.#unanswered.shift()?.()
    await turnOfEventLoop()
  }
}

async function turnOfEventLoop(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
}

/** Each appends again as soon as it is answered, for ever. */
async function startCallers(engine: SteeredEngine): Promise<void> {
  const events = [{ type: 'Noted', data: {} }]
  const append = prepareAppend({ streams: [{ stream: 'note-1', events, expectedVersion: 'any' }] })
  const call = async (): Promise<void> => {
    for (;;) await engine.appender.append(append, false, undefined)
  }
  for (let caller = 0; caller < CALLERS; caller++) void call()
  await turnOfEventLoop()
}

describe('the appender, at many callers', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
  afterEach(() => void vi.useRealTimers())

  test('sends all that wait as one call while it knows nothing of the engine', async () => {
    const engine = new SteeredEngine()
    await startCallers(engine)
    expect(engine.sizes).toEqual([CALLERS])
  })

  test('keeps two calls of half of them under way where the engine is at work all the time', async () => {
    const engine = new SteeredEngine()
    await startCallers(engine)
    for (let n = 0; n < 5; n++) await engine.answer(0.02)
    expect(engine.sizes).toEqual([100, 50, 50, 50, 50, 50, 50])
  })

  test('keeps all of them together where a call waits for a disk or a network', async () => {
    const engine = new SteeredEngine()
    await startCallers(engine)
    for (let n = 0; n < 3; n++) await engine.answer(0.2)
    expect(engine.sizes).toEqual([100, 100, 100, 100])
  })
})
