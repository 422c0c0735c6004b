/** A row of the benchmark: one kind of work, done by several sides, and what is to be reached. */
import type { Databases } from './databases.ts'
import type { NatsClusters } from './nats.ts'
import type { RedisServers } from './redis.ts'
import type { SearchServers } from './search.ts'
import type { Size } from './size.ts'

export interface Row {
  /** For `--filter` and for the JSON. */
  readonly name: string
  readonly title: string
  readonly unit: Unit
  /** Daybook's comes first; the others are what it is compared with. */
  readonly sides: readonly Side[]
  readonly targets: readonly Target[]
  /** What a reader of the figures has to know to judge them. */
  readonly note?: string
}

/** Of the higher-is-better units the ratio is ours to theirs; so it is of the others, and there lower is better. */
export type Unit = 'events/s' | 'commands/s' | 'ms' | 'MB'

export interface Side {
  readonly name: string
  /** Does the work once, for some seconds; everything that it opens it closes. */
  measure(context: Context): Promise<Sample>
}

export interface Context {
  readonly databases: Databases
  readonly redis: RedisServers
  readonly search: SearchServers
  readonly nats: NatsClusters
  readonly size: Size
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
}

export interface Sample {
  /** In the row's unit. */
  readonly value: number
  /** Of one call, where latency is meant. */
  readonly p50Ms?: number
  readonly p99Ms?: number
}

export interface Target {
  readonly side: string
  /** The side whose figure ours is divided by; without it our figure itself is meant. */
  readonly against?: string
  /** `value` when absent. */
  readonly figure?: keyof Sample
  readonly atLeast?: number
  readonly atMost?: number
}
