import { type CheckpointStore, namingLoss } from '../../store/index.ts'
import { isTransient } from './failures.ts'
import { type Keepsakes, lastName, toKey } from './keepsakes.ts'

export class NatsCheckpoints implements CheckpointStore {
  readonly #log: string
  readonly #keepsakes: Keepsakes

  constructor(log: string, keepsakes: Keepsakes) {
    this.#log = log
    this.#keepsakes = keepsakes
  }

  async load(projection: string): Promise<number> {
    const { value } = await this.#keepsakes.retry(() => this.#keepsakes.read(this.#toKey(projection)))
    return Number(value ?? 0)
  }

  /** Once: whether a move whose answer was lost has happened, its caller finds out by loading. */
  async move(projection: string, expected: number, position: number): Promise<boolean> {
    return await namingLoss({ engine: 'nats', isTransient }, async () => {
      const entry = await this.#keepsakes.read(this.#toKey(projection))
      if (Number(entry.value ?? 0) !== expected) return false
      return await this.#keepsakes.swap(this.#toKey(projection), entry, String(position))
    })
  }

  async list(): Promise<readonly { readonly projection: string; readonly position: number }[]> {
    const listed = await this.#keepsakes.retry(() => this.#keepsakes.list(`checkpoint.${toKey(this.#log)}`))
    return listed.map(({ key, entry }) => ({ projection: lastName(key), position: Number(entry.value ?? 0) }))
  }

  #toKey(projection: string): string {
    return `checkpoint.${toKey(this.#log, projection)}`
  }
}
