import type { CheckpointStore } from '../keepsakes.ts'

export class MemoryCheckpoints implements CheckpointStore {
  readonly #positions = new Map<string, number>()

  async load(projection: string): Promise<number> {
    return this.#positions.get(projection) ?? 0
  }

  async move(projection: string, expected: number, position: number): Promise<boolean> {
    if ((this.#positions.get(projection) ?? 0) !== expected) return false
    this.#positions.set(projection, position)
    return true
  }

  async list(): Promise<readonly { readonly projection: string; readonly position: number }[]> {
    return [...this.#positions].map(([projection, position]) => ({ projection, position }))
  }
}
