/** Leases, which run out by the server's clock: an entry's time and the time at which it is looked at are both its. */
import type { EncodedTerms, EngineLeases, Lease, LeaseInfo } from '../../store/index.ts'
import { type Entry, type Keepsakes, toKey } from './keepsakes.ts'

interface Held extends Lease {
  readonly durationMs: number
  readonly note: unknown
}

interface Look {
  readonly entry: Entry
  readonly held: Held | undefined
  readonly expiresInMs: number
}

export class NatsLeases implements EngineLeases {
  readonly #log: string
  readonly #keepsakes: Keepsakes

  constructor(log: string, keepsakes: Keepsakes) {
    this.#log = log
    this.#keepsakes = keepsakes
  }

  async acquire(name: string, owner: string, { durationMs, note }: EncodedTerms): Promise<Lease | undefined> {
    return await this.#change(name, ({ held, expiresInMs }) => {
      const isRunning = held !== undefined && expiresInMs > 0
      if (isRunning && held.owner !== owner) return { answer: undefined }
      const token = isRunning ? held.token : (held?.token ?? 0) + 1
      const lease = { name, owner, token }
      return { answer: lease, value: toValue(lease, durationMs, note, held) }
    })
  }

  async renew(lease: Lease, { durationMs, note }: EncodedTerms): Promise<boolean> {
    return await this.#change(lease.name, (look) => {
      if (!isHeld(look, lease)) return { answer: false }
      return { answer: true, value: toValue(lease, durationMs, note, look.held) }
    })
  }

  async release(lease: Lease, note: string | undefined): Promise<void> {
    await this.#change(lease.name, (look) => {
      return { answer: undefined, ...(isHeld(look, lease) ? { value: toValue(lease, 0, note, look.held) } : {}) }
    })
  }

  async list(): Promise<readonly LeaseInfo[]> {
    const [listed, nowMs] = await this.#keepsakes.retry(async () => {
      const all = await this.#keepsakes.list(`lease.${toKey(this.#log)}`)
      return [all, await this.#keepsakes.serverTimeMs()] as const
    })
    const infos = listed.flatMap(({ entry }) => toInfo(toLook(entry, nowMs)))
    return infos.sort((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)))
  }

  /** Reads, decides and writes, until nobody came between. Done again after a lost answer it does no more. */
  async #change<T>(name: string, decide: (look: Look) => { answer: T; value?: string }): Promise<T> {
    const key = `lease.${toKey(this.#log, name)}`
    return await this.#keepsakes.retry(async () => {
      for (;;) {
        const entry = await this.#keepsakes.read(key)
        const nowMs = entry.value === undefined ? 0 : await this.#keepsakes.serverTimeMs()
        const { answer, value } = decide(toLook(entry, nowMs))
        if (value === undefined || (await this.#keepsakes.swap(key, entry, value))) return answer
      }
    })
  }
}

function toLook(entry: Entry, nowMs: number): Look {
  if (entry.value === undefined) return { entry, held: undefined, expiresInMs: 0 }
  const held = JSON.parse(entry.value) as Held
  return { entry, held, expiresInMs: (entry.updatedAt?.getTime() ?? 0) + held.durationMs - nowMs }
}

function toInfo({ entry, held, expiresInMs }: Look): LeaseInfo[] {
  if (held === undefined || entry.updatedAt === undefined) return []
  const { name, owner, token, note } = held
  return [{ name, owner, token, expiresInMs, note, updatedAt: entry.updatedAt }]
}

function isHeld({ held, expiresInMs }: Look, { owner, token }: Lease): boolean {
  return held?.owner === owner && held.token === token && expiresInMs > 0
}

/** The note before is kept where there is no new one. */
function toValue(
  { name, owner, token }: Lease,
  durationMs: number,
  note: string | undefined,
  before: Held | undefined,
) {
  const kept: unknown = note === undefined ? (before?.note ?? null) : JSON.parse(note)
  return JSON.stringify({ name, owner, token, durationMs, note: kept })
}
