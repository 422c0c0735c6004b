import { randomUUID } from 'node:crypto'
import { refuse } from '../store/index.ts'

/** How one of several instances comes to be the one at work. */
interface Leasing {
  readonly owner: string
  /** Of the lease. */
  readonly durationMs: number
  /** How often one that waits asks for it. */
  readonly askEveryMs: number
}

const DEFAULT_LEASE_MS = 5_000
/** Of the time to take over in: a waiting instance asks again so often that it takes over within the whole of it. */
const ASKING_SHARE = 0.2
/** Who has a store to itself takes its own lease over, also from a process that was killed. */
const SOLE_OWNER = 'sole'

/**
 * @param leaseMs How long another instance waits at the most before it takes over from one that was killed.
 * @param isSharedStore Whether other processes may have the store open.
 * @throws `invalid-argument` for a time that is not from 100 ms to an hour
 */
export function toLeasing(leaseMs: number | undefined, isSharedStore: boolean): Leasing {
  const takeOverMs = leaseMs ?? DEFAULT_LEASE_MS
  if (!(takeOverMs >= 100 && takeOverMs <= 3_600_000)) {
    refuse('leaseMs', `is ${takeOverMs}, and not from 100 to 3600000`)
  }
  return {
    owner: isSharedStore ? randomUUID() : SOLE_OWNER,
    durationMs: Math.ceil(takeOverMs * (1 - ASKING_SHARE)),
    askEveryMs: takeOverMs * ASKING_SHARE,
  }
}
