import type { AnyBoundaryOf, Seen } from '../aggregates/index.ts'
import { freezeDeep } from '../events/index.ts'

/**
 * What this process has lately seen of boundaries: only what came since has to be read. Nothing is decided on it alone,
 * as the log is always looked at from there on. States are frozen: a rule that changes one in place must fail at once.
 */
export class RecentBoundaries {
  /** By name and tags, the one used longest ago first. */
  readonly #seen = new Map<string, { readonly boundary: AnyBoundaryOf['boundary']; readonly seen: Seen }>()

  find(of: AnyBoundaryOf): Seen | undefined {
    const recent = this.#seen.get(toKey(of))
    return recent?.boundary === of.boundary ? recent.seen : undefined
  }

  keep(of: AnyBoundaryOf, seen: Seen): void {
    freezeDeep(seen.state)
    const key = toKey(of)
    this.#seen.delete(key)
    this.#seen.set(key, { boundary: of.boundary, seen })
    if (this.#seen.size <= MAX_RECENTS) return
    const [oldest] = this.#seen.keys()
    if (oldest !== undefined) this.#seen.delete(oldest)
  }
}

/** As many as of aggregates, for the same reason. */
const MAX_RECENTS = 2_000

function toKey({ boundary, tags }: AnyBoundaryOf): string {
  return JSON.stringify([boundary.name, ...tags])
}
