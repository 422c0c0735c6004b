/** Where read models may be kept: gives the place for one of them. */
export interface ReadModelTargets {
  /** @param log The log that the read model is folded from. */
  open(log: string, readModel: string): Promise<ReadModelTarget>
}

/** Where the rows of one read model of one log are kept, together with the checkpoint up to which they are folded. */
export interface ReadModelTarget {
  /** The position up to which everything is applied: 0 when nothing is. */
  checkpoint(): Promise<number>
  /** The rows that are there, of those asked for. */
  load(keys: readonly string[]): Promise<ReadonlyMap<string, unknown>>
  /**
   * Writes the changes and moves the checkpoint, both or neither. False, and nothing written, when the checkpoint is not
   * at `expected`: another instance has been at work.
   */
  save(changes: ReadonlyMap<string, RowChange>, expected: number, checkpoint: number): Promise<boolean>
  /** Undefined when there is no such row. */
  get(key: string): Promise<unknown>
  /** All rows, in the order of their keys' bytes in UTF-8. */
  entries(options?: EntriesOptions): AsyncIterable<readonly [key: string, row: unknown]>
}

export interface RowChange {
  /** JSON; undefined deletes the row. */
  readonly row: unknown
  /** Of the last event that was applied to it. */
  readonly position: number
}

export interface EntriesOptions {
  readonly signal?: AbortSignal
}
