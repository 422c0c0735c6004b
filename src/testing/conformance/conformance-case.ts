import { randomUUID } from 'node:crypto'
import type { Capabilities, EventLog, EventStore } from '../../store/index.ts'
import { mixSeed, Random } from '../random.ts'
import type { EventStoreHarness } from './harness.ts'
import type { StorePromise } from './promises.ts'

/** One fact about every event store, and how to find out whether it holds. */
export interface ConformanceCase {
  /** `topic › fact in the present tense`. */
  readonly name: string
  /** Which promise it tries to break: a key of `STORE_PROMISES`. */
  readonly promise: StorePromise
  /** Without this capability the case says nothing: skip it, see `missingCapability`. */
  readonly requires?: keyof Capabilities
  /** Rejects when the fact does not hold; the message ends with the seed. */
  run(harness: EventStoreHarness): Promise<void>
}

/** What a case works with. */
export interface CaseContext {
  /** Shared by the cases: never closed by one. */
  readonly store: EventStore
  /** Empty, and nobody else's. */
  readonly log: EventLog
  readonly random: Random
  readonly harness: EventStoreHarness
}

interface Fact {
  readonly promise: StorePromise
  readonly name: string
  readonly requires?: keyof Capabilities
  test(context: CaseContext): Promise<void>
}

export function fact(promise: StorePromise, name: string, test: Fact['test']): Fact {
  return { promise, name, test }
}

/** A fact that holds only for engines with the capability. */
export function factGiven(requires: keyof Capabilities, promise: StorePromise, name: string, test: Fact['test']): Fact {
  return { promise, name, requires, test }
}

export function topic(title: string, facts: readonly Fact[]): readonly ConformanceCase[] {
  return facts.map(({ name, test, ...rest }) => {
    const fullName = `${title} › ${name}`
    return { ...rest, name: fullName, run: (harness) => runFact(fullName, test, harness) }
  })
}

/** The same cases, for engines with the capability alone. */
export function requiring(requires: keyof Capabilities, cases: readonly ConformanceCase[]): ConformanceCase[] {
  return cases.map((each) => ({ requires, ...each }))
}

async function runFact(name: string, test: Fact['test'], harness: EventStoreHarness): Promise<void> {
  const store = await harness.shared()
  try {
    await test({ store, log: newLog(store), random: new Random(mixSeed(harness.seed, name)), harness })
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${name}: ${problem} (${store.engine}, seed ${harness.seed})`, { cause })
  }
}

/** A log of the store that nobody has used. */
export function newLog(store: EventStore): EventLog {
  return store.log(`log-${randomUUID()}`)
}

/** Why the case says nothing about this store, or undefined when it does. */
export async function missingCapability(
  { requires }: ConformanceCase,
  harness: EventStoreHarness,
): Promise<string | undefined> {
  if (requires === undefined) return undefined
  const { engine, capabilities } = await harness.shared()
  return capabilities[requires] ? undefined : `${engine} does not declare ${requires}`
}
