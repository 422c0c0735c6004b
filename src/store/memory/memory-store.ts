/**
 * The store of unit tests: plain objects, gone with the process. It does everything that the port says, one call at a
 * time: JavaScript's single thread is its lock. Data is kept as JSON text and parsed at each read, so that no two
 * readers, and no writer, ever share a mutable object.
 */

import { notDurable } from '../conflicts.ts'
import { Lifetime } from '../lifetime.ts'
import { Logs } from '../logs.ts'
import type { Capabilities, EventLog, EventStore } from '../port.ts'
import { MemoryLog } from './memory-log.ts'

const ENGINE = 'memory'

/**
 * An empty store in memory, for tests and trials.
 *
 * @throws `not-durable` where durability is required
 */
export function openMemory({ requireDurable = false }: { readonly requireDurable?: boolean } = {}): EventStore {
  if (requireDurable) throw notDurable(ENGINE, 'A store in memory', GONE)
  return new MemoryStore()
}

const GONE = { code: 'DAYBOOK_MEMORY', risk: 'It is gone with its process. Open a store of another engine.' }

class MemoryStore implements EventStore {
  readonly engine = ENGINE
  readonly capabilities: Capabilities = {
    gaplessPositions: true,
    joinsTransactions: false,
    durable: false,
    shared: false,
    multiStream: true,
    largeAppends: true,
    uniqueEventIds: true,
    importsFuture: true,
  }
  readonly #lifetime = new Lifetime(ENGINE)
  readonly #logs = new Logs(this, this.#lifetime, (name) => new MemoryLog(name, this.#lifetime))

  log(name: string): EventLog {
    return this.#logs.log(name)
  }

  async close(): Promise<void> {
    this.#lifetime.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
