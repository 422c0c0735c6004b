/**
 * What a log keeps beside its events, in a JetStream key-value bucket that all logs of a store share. An entry is
 * changed only as it was read, by its revision; reads are answered by the bucket's leader.
 */
import { type KV, Kvm } from '@nats-io/kv'
import { type Lifetime, retrying } from '../../store/index.ts'
import type { Connection } from './connection.ts'
import { isTransient, isWrongSequence } from './failures.ts'

export interface Entry {
  /** To be given to `swap`. 0 when there was never an entry. */
  readonly revision: number
  /** JSON text; undefined when there is none. */
  readonly value: string | undefined
  readonly updatedAt: Date | undefined
}

export interface KeepsakesOptions {
  readonly connection: Connection
  readonly bucket: string
  readonly replicas: number
  readonly lifetime: Lifetime
}

export class Keepsakes {
  /** Of a value, in bytes. */
  readonly maxBytes: number
  readonly #options: KeepsakesOptions
  #opening: Promise<KV> | undefined

  constructor(options: KeepsakesOptions) {
    this.#options = options
    this.maxBytes = options.connection.facts.maxPayload - HEADER_BYTES
  }

  /** Does again what may be done twice. @throws `connection-lost` */
  retry<T>(work: () => Promise<T>): Promise<T> {
    return retrying({ engine: 'nats', isTransient }, work, this.#options.lifetime.until(undefined))
  }

  async read(key: string): Promise<Entry> {
    const entry = await (await this.#bucket()).get(key)
    if (entry === null) return { revision: 0, value: undefined, updatedAt: undefined }
    const value = entry.operation === 'PUT' ? entry.string() : undefined
    return { revision: entry.revision, value, updatedAt: entry.created }
  }

  /** False, and nothing changed, when the entry is not as it was read any more. */
  async swap(key: string, { revision }: Entry, value: string): Promise<boolean> {
    try {
      await (await this.#bucket()).put(key, value, { previousSeq: revision })
      return true
    } catch (error) {
      if (isWrongSequence(error)) return false
      throw error
    }
  }

  /** The keys under a beginning, and what stands there. */
  async list(beginning: string): Promise<readonly { readonly key: string; readonly entry: Entry }[]> {
    const keys: string[] = []
    for await (const key of await (await this.#bucket()).keys(`${beginning}.>`)) keys.push(key)
    return await Promise.all(keys.map(async (key) => ({ key, entry: await this.read(key) })))
  }

  /** Removes what stands under a beginning, at once. */
  async clear(beginning: string): Promise<void> {
    await this.#bucket()
    const { connection, bucket } = this.#options
    const filter = JSON.stringify({ filter: `$KV.${bucket}.${beginning}.>` })
    await connection.ask(`$JS.API.STREAM.PURGE.KV_${bucket}`, filter)
  }

  /** What time it is for the leader of the bucket. */
  async serverTimeMs(): Promise<number> {
    await this.#bucket()
    const { connection, bucket } = this.#options
    const { ts } = await connection.ask<{ ts: string }>(`$JS.API.STREAM.INFO.KV_${bucket}`)
    return Date.parse(ts)
  }

  #bucket(): Promise<KV> {
    this.#opening ??= this.#open().catch((error) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async #open(): Promise<KV> {
    const { connection, bucket, replicas } = this.#options
    return await new Kvm(connection.client).create(bucket, { replicas, history: 1, allow_direct: false })
  }
}

const HEADER_BYTES = 4_096

/** Names may hold anything, and keys may not. */
export function toKey(...names: readonly string[]): string {
  return names.map((name) => Buffer.from(name).toString('base64url')).join('.')
}

/** The last name of a key. */
export function lastName(key: string): string {
  return Buffer.from(key.slice(key.lastIndexOf('.') + 1), 'base64url').toString()
}
