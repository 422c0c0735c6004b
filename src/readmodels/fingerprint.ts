import { createHash } from 'node:crypto'
import { type AnyEventDefinition, toCanonicalJson } from '../events/index.ts'

export interface Definition {
  readonly events: readonly AnyEventDefinition[]
  readonly key: unknown
  readonly initial: unknown
  readonly version: number | string | undefined
  readonly evolve: Readonly<Record<string, unknown>>
}

/**
 * Tells two definitions apart that make different rows of the same events: by their version where they have one, or
 * else from the source of the functions, the initial row, and the events with their chains. It cannot see into
 * functions that those call: give a version where these matter.
 */
export function toFingerprint({ events, key, initial, version, evolve }: Definition): string {
  const functions = events.map(({ type, fingerprint }) => [fingerprint, String(evolve[type])]).sort()
  const types = events.map(({ type }) => type).sort()
  const parts = version === undefined ? [initial, String(key), functions] : ['version', version, types]
  return createHash('sha256').update(toCanonicalJson(parts)).digest('hex')
}
