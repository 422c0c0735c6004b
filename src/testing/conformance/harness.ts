import type { EventStore } from '../../store/index.ts'

/** What the suite needs to know of the store under test. */
export interface EventStoreHarness {
  /** Makes the run repeatable. */
  readonly seed: number
  /** A store of the case's own, which the case closes. */
  open(): Promise<EventStore>
  /** The one store that most cases share, each in a log of its own; opened at the first call. */
  shared(): Promise<EventStore>
  /** Closes the shared store. */
  close(): Promise<void>
  /**
   * Where `joinsTransactions`: runs `work` in a transaction of the driver's, on the shared store's database, and
   * commits it; rolls it back when `work` fails, and fails with it.
   */
  transact?(work: (transaction: unknown) => Promise<void>): Promise<void>
}

export interface HarnessOptions {
  /** Random when absent. */
  readonly seed?: number
  readonly transact?: EventStoreHarness['transact']
}

/**
 * The harness for a store, given how to open one.
 *
 * @example
 * const harness = eventStoreHarness(async () => openMyStore(url))
 * for (const fact of eventStoreConformance) test(fact.name, () => fact.run(harness))
 * after(() => harness.close())
 */
export function eventStoreHarness(open: () => Promise<EventStore>, options: HarnessOptions = {}): EventStoreHarness {
  let opening: Promise<EventStore> | undefined
  return {
    seed: options.seed ?? Math.floor(Math.random() * 2 ** 32),
    open,
    shared() {
      opening ??= open()
      return opening
    },
    async close() {
      await (await opening)?.close()
    },
    ...(options.transact === undefined ? {} : { transact: options.transact }),
  }
}
