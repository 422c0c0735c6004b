import { createHash } from 'node:crypto'
import { type AnyEventDefinition, toCanonicalJson } from '../events/index.ts'

/**
 * Tells two definitions apart that make different states of the same events: from the source of the evolve functions,
 * the initial state, and the events with their chains. It cannot see into functions that those call: the policy's
 * revision, or clearing the snapshots, is for when only such a one changes.
 */
export function toFingerprint(
  initial: unknown,
  events: readonly AnyEventDefinition[],
  evolve: Readonly<Record<string, unknown>>,
  revision = 1,
): string {
  const entries = events.map(({ type, fingerprint }) => [fingerprint, String(evolve[type])]).sort()
  return createHash('sha256')
    .update(toCanonicalJson([initial, entries, revision]))
    .digest('hex')
}
