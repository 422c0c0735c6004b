/**
 * One rebuild of a read model at a time, whichever process it is in. The lease's note says what it has set out to do and
 * how far it is, and outlives it. Two that both believe to hold it (one has slept) do no harm: what they save is fenced
 * by the checkpoints of the shares.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { DaybookError } from '../../errors/index.ts'
import type { Lease, LeaseStore } from '../../store/index.ts'
import { type RebuildProgress, toProgress } from './plan.ts'

/** After a crash nobody can go on before it has run out. */
const DURATION_MS = 5_000
const RENEW_EVERY_MS = 1_000
const LOOK_EVERY_MS = 200

export interface HeldLease {
  /** What the one who held it before has left. */
  readonly note: unknown
  /** Aborted when it is lost, or when the caller aborts. */
  readonly signal: AbortSignal
  /** Keeps a note from now on; it is written with the next renewal. */
  keep(note: unknown): void
  /** Keeps a note, and writes it now. */
  write(note: unknown): Promise<void>
}

/** @throws `rebuild-under-way` while another process holds it */
export async function withRebuildLease<T>(
  leases: LeaseStore,
  readModel: string,
  signal: AbortSignal | undefined,
  work: (held: HeldLease) => Promise<T>,
): Promise<T> {
  const name = toLeaseName(readModel)
  const { lease, note } = await acquire(leases, name, readModel, signal)
  const held = new Holding(leases, lease, note, signal, readModel)
  try {
    return await work(held)
  } finally {
    await held.end()
  }
}

const KIND = 'rebuild '

function toLeaseName(readModel: string): string {
  return KIND + readModel
}

/** How far each rebuild is that is under way, in whatever process, by the read model's name. */
export async function rebuildsUnderWay(leases: LeaseStore): Promise<ReadonlyMap<string, RebuildProgress>> {
  const held = (await leases.list()).filter(({ name, expiresInMs }) => name.startsWith(KIND) && expiresInMs > 0)
  const notes = held.map(({ name, note }) => [name.slice(KIND.length), toProgress(note)] as const)
  return new Map(notes.filter((each): each is readonly [string, RebuildProgress] => each[1] !== undefined))
}

/** Waits for one that nobody renews any more: its holder has died. */
async function acquire(leases: LeaseStore, name: string, readModel: string, signal: AbortSignal | undefined) {
  const owner = `${process.pid}-${randomUUID()}`
  let renewed: number | undefined
  for (;;) {
    const found = (await leases.list()).find((each) => each.name === name)
    const lease = await leases.acquire(name, owner, { durationMs: DURATION_MS })
    if (lease !== undefined) return { lease, note: found?.note }
    const updatedAt = found?.updatedAt.getTime()
    if (renewed !== undefined && updatedAt !== renewed) throw underWay(readModel)
    renewed = updatedAt
    await delay(LOOK_EVERY_MS, undefined, signal === undefined ? {} : { signal })
  }
}

function underWay(readModel: string): DaybookError {
  const message =
    `The read model ${readModel} is being rebuilt already, by another process or another call. ` +
    'Wait for it, or stop it; a rebuild that was stopped goes on where it was.'
  return new DaybookError('rebuild-under-way', message, { readModel })
}

class Holding implements HeldLease {
  readonly note: unknown
  readonly signal: AbortSignal
  readonly #leases: LeaseStore
  readonly #readModel: string
  readonly #lost = new AbortController()
  readonly #timer: NodeJS.Timeout
  #lease: Lease
  #kept: unknown
  #renewing = Promise.resolve()

  constructor(leases: LeaseStore, lease: Lease, note: unknown, signal: AbortSignal | undefined, readModel: string) {
    this.note = note
    this.#kept = note
    this.#leases = leases
    this.#lease = lease
    this.#readModel = readModel
    this.signal = signal === undefined ? this.#lost.signal : AbortSignal.any([this.#lost.signal, signal])
    this.#timer = setInterval(() => this.#renewSoon(), RENEW_EVERY_MS)
  }

  keep(note: unknown): void {
    this.#kept = note
  }

  async write(note: unknown): Promise<void> {
    this.#kept = note
    await this.#renewing
    await this.#renew()
    this.#lost.signal.throwIfAborted()
  }

  async end(): Promise<void> {
    clearInterval(this.#timer)
    await this.#renewing
    // A server that is gone lets it run out.
    await this.#leases.release(this.#lease, this.#kept ?? null).catch(() => {})
  }

  #renewSoon(): void {
    // A connection that is lost may be there again at the next turn; if not, the fold says so.
    this.#renewing = this.#renewing.then(() => this.#renew()).catch(() => {})
  }

  async #renew(): Promise<void> {
    const terms = { durationMs: DURATION_MS, note: this.#kept ?? null }
    if (await this.#leases.renew(this.#lease, terms)) return
    const again = await this.#leases.acquire(this.#lease.name, this.#lease.owner, terms)
    if (again === undefined) this.#lost.abort(underWay(this.#readModel))
    else this.#lease = again
  }
}
