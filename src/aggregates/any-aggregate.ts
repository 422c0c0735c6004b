import type { AnyEventDefinition, RecordedEvent } from '../events/index.ts'

/** Any aggregate's definition, as far as folding goes. */
export interface AnyAggregate {
  /** The category of its streams. */
  readonly name: string
  readonly events: readonly AnyEventDefinition[]
  /** The state of a stream without events. */
  readonly initial: unknown
  readonly snapshot: Required<SnapshotPolicy> | undefined
  /** Changes with anything that changes how events become state. */
  readonly fingerprint: string
  /** The events of today that a stored one of its streams gives. @throws `unreadable-event` */
  read(recorded: RecordedEvent): readonly RecordedEvent[]
  apply(state: unknown, recorded: RecordedEvent): unknown
}

export interface SnapshotPolicy {
  /** How many events apart snapshots are at least: 1 or more; 50 when absent. */
  readonly every?: number
  /**
   * Change it when you change something that `evolve` calls, and nothing in `evolve` itself: it is then that nobody can
   * see that older snapshots no longer fit. 1 when absent.
   */
  readonly revision?: number
}

export type StateOf<Definition extends AnyAggregate> = Definition['initial']
