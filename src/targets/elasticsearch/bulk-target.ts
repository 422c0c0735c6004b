import type { Wire } from './wire.ts'

/** Where rows are written, and how. */
export interface BulkTarget {
  readonly wire: Wire
  readonly readModel: string
  readonly index: string
  /** Taken away when the generation takes no more writes. */
  readonly alias: string
  readonly maxBytes: number
  readonly waitForRefresh: boolean
  /** A row replaces one of its own position too: it was folded anew, because what is there has drifted. */
  readonly isRepair: boolean
}

/** One row, as a request has it. */
export interface Item {
  readonly id: string
  readonly key: string
  readonly position: number
  readonly lines: string
}
