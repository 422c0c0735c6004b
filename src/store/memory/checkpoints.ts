import { assertPosition } from '../append-request.ts'
import type { CheckpointStore } from '../keepsakes.ts'
import type { Lifetime } from '../lifetime.ts'
import { assertProjectionName } from '../names.ts'

export class MemoryCheckpoints implements CheckpointStore {
  readonly #positions = new Map<string, number>()
  readonly #lifetime: Lifetime

  constructor(lifetime: Lifetime) {
    this.#lifetime = lifetime
  }

  async load(projection: string): Promise<number> {
    this.#lifetime.assertOpen()
    assertProjectionName(projection)
    return this.#positions.get(projection) ?? 0
  }

  async move(projection: string, expected: number, position: number): Promise<boolean> {
    this.#lifetime.assertOpen()
    assertProjectionName(projection)
    assertPosition(expected, 'expected')
    assertPosition(position, 'position')
    if ((this.#positions.get(projection) ?? 0) !== expected) return false
    this.#positions.set(projection, position)
    return true
  }

  async list(): Promise<readonly { readonly projection: string; readonly position: number }[]> {
    this.#lifetime.assertOpen()
    return [...this.#positions].map(([projection, position]) => ({ projection, position }))
  }
}
