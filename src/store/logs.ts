import { CheckedLog, type StoreFacts } from './checked-log.ts'
import type { EngineLog } from './engine-log.ts'
import type { Lifetime } from './lifetime.ts'
import { assertLogName } from './names.ts'
import type { EventLog } from './port.ts'

/** The logs of one store: each is made when it is first asked for, and is the same ever after. */
export class Logs {
  readonly #logs = new Map<string, CheckedLog>()
  readonly #store: StoreFacts
  readonly #lifetime: Lifetime
  readonly #toEngineLog: (name: string) => EngineLog

  constructor(store: StoreFacts, lifetime: Lifetime, toEngineLog: (name: string) => EngineLog) {
    this.#store = store
    this.#lifetime = lifetime
    this.#toEngineLog = toEngineLog
  }

  /** @throws `invalid-argument` */
  log(name: string): EventLog {
    assertLogName(name)
    const log = this.#logs.get(name) ?? new CheckedLog(this.#toEngineLog(name), this.#store, this.#lifetime)
    this.#logs.set(name, log)
    return log
  }

  /** Resolves when no append waits or is under way in any of them. */
  async idle(): Promise<void> {
    await Promise.all([...this.#logs.values()].map((log) => log.idle()))
  }
}
