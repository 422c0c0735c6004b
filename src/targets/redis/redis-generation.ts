/**
 * A generation's rows, a key for each, and how far they are. `save` writes rows in scripts that compare positions, and
 * moves the checkpoint in a script after them: a process that dies in between leaves rows that are ahead of it, which the
 * fold passes over when the batch comes again.
 */
import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type CheckpointMove,
  type EntriesOptions,
  type Generation,
  generationMissing,
  type Partition,
  type QuarantinedKey,
  type RowChange,
  type RowEntry,
  type StoredRow,
} from '../../store/index.ts'
import { type Connection, type Reply, readScript } from './connection.ts'
import type { GenerationKeys } from './keys.ts'
import { toStoredRow } from './rows.ts'

export interface GenerationInit {
  readonly readModel: string
  readonly id: number
  readonly fingerprint: string
  readonly keys: GenerationKeys
}

/** Rows of one script: a millisecond or two, in which the server does nothing else. */
const ROWS_PER_SCRIPT = 250
/** Rows that are read at once. */
const PAGE_SIZE = 1_000
/** Rows by which it is judged whether all are gone. */
const SAMPLE_SIZE = 100

const ROWS = readScript('rows')
const MOVE = readScript('move')

export class RedisGeneration implements Generation {
  readonly id: number
  readonly fingerprint: string
  readonly #connection: Connection
  readonly #readModel: string
  readonly #keys: GenerationKeys
  /** As of `begin`, and of this object's own writes since; empty before. */
  #revision = ''

  constructor(connection: Connection, { readModel, id, fingerprint, keys }: GenerationInit) {
    this.id = id
    this.fingerprint = fingerprint
    this.#connection = connection
    this.#readModel = readModel
    this.#keys = keys
  }

  async checkpoint(partition?: Partition): Promise<number> {
    const position = await this.#connection.send(['HGET', this.#keys.progress, toField(partition)])
    if (position === null && partition === undefined) await this.#assertThere()
    return Number(position ?? 0)
  }

  async begin(): Promise<number> {
    const [position = null, revision = null] = toList(
      await this.#connection.send(['HMGET', this.#keys.progress, toField(undefined), 'revision']),
    )
    if (position === null) await this.#assertThere()
    this.#revision = String(revision ?? 0)
    return Number(position ?? 0)
  }

  async load(keys: readonly string[]): Promise<ReadonlyMap<string, StoredRow>> {
    const pages: Promise<(readonly [string, StoredRow])[]>[] = []
    for (let start = 0; start < keys.length; start += PAGE_SIZE) {
      pages.push(this.#loadPage(keys.slice(start, start + PAGE_SIZE)))
    }
    return new Map((await Promise.all(pages)).flat())
  }

  async #loadPage(keys: readonly string[]): Promise<(readonly [string, StoredRow])[]> {
    if (keys.length === 0) return []
    const texts = toList(await this.#connection.send(['MGET', ...keys.map((key) => this.#keys.row + key)]))
    return keys.flatMap((key, place) => {
      const text = texts[place]
      return typeof text === 'string' ? [[key, toStoredRow(text)] as const] : []
    })
  }

  async save(changes: ReadonlyMap<string, RowChange>, move: CheckpointMove): Promise<boolean> {
    if (!(await this.#write([...changes], move))) return false
    return await this.#move(changes.size > 0, move)
  }

  /** False when the generation takes no more writes, or another writer was at work. */
  async #write(changes: readonly (readonly [string, RowChange])[], move: CheckpointMove): Promise<boolean> {
    const { place, progress, keys, gone, row: prefix } = this.#keys
    const head = [String(this.id), this.#expected(move), move.from === move.to ? '1' : '', byteLength(prefix)]
    const scripts: Promise<Reply>[] = []
    for (let start = 0; start < changes.length; start += ROWS_PER_SCRIPT) {
      const part = changes.slice(start, start + ROWS_PER_SCRIPT)
      const values = part.flatMap(([, { row, position }]) => [String(position), toJson(row)])
      const rowKeys = part.map(([key]) => prefix + key)
      const script = this.#connection.run(ROWS, [place, progress, keys, gone, ...rowKeys], [...head, ...values])
      // Looked at below, together with the others.
      script.catch(() => {})
      scripts.push(script)
      // Sent off, so that the server is at work on it while the next one is made.
      await nextTurn()
    }
    // All are waited for, so that none is at work any more when the checkpoint moves or the batch begins anew.
    const outcomes = await Promise.allSettled(scripts)
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    return outcomes.every((outcome) => outcome.status === 'fulfilled' && outcome.value === 1)
  }

  async #move(hasRows: boolean, move: CheckpointMove): Promise<boolean> {
    const { from, to, partition, quarantine = new Map<string, undefined>() } = move
    const { place, progress, quarantine: quarantineKey } = this.#keys
    const expected = this.#expected(move)
    const step = [toField(partition), String(from), String(to), expected, hasRows ? '1' : '']
    const held = [...quarantine].flatMap(([key, each]) => [key, toJson(each)])
    const values = [String(this.id), randomUUID(), ...step, ...held]
    const isMoved = (await this.#connection.run(MOVE, [place, progress, quarantineKey], values)) === 1
    if (isMoved && this.#revision !== '') this.#revision = String(Number(this.#revision) + 1)
    return isMoved
  }

  /** A share of a build is its writer's alone. */
  #expected({ partition }: CheckpointMove): string {
    return partition === undefined ? this.#revision : ''
  }

  async quarantined(): Promise<readonly QuarantinedKey[]> {
    const texts = toList(await this.#connection.send(['HVALS', this.#keys.quarantine])).map(String)
    const held = texts.map((text): QuarantinedKey => {
      const each = JSON.parse(text)
      return { ...each, since: new Date(each.since) }
    })
    return held.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
  }

  async isEmptied(): Promise<boolean> {
    const { progress, keys, gone, row } = this.#keys
    if ((await this.#connection.send(['HGET', progress, 'hasRows'])) === null) return false
    const names = toList(await this.#connection.send(['ZRANGE', keys, '0', String(SAMPLE_SIZE - 1)]))
    if (names.length === 0) return (await this.#connection.send(['EXISTS', gone])) === 0
    return (await this.#connection.send(['EXISTS', ...names.map((name) => `${row}${name}`)])) === 0
  }

  async get(key: string): Promise<unknown> {
    return (await this.load([key])).get(key)?.row
  }

  async *entries({ signal, after, limit = Number.POSITIVE_INFINITY }: EntriesOptions = {}): AsyncGenerator<RowEntry> {
    let left = limit
    let last = after === undefined ? '-' : `(${after}`
    while (left > 0) {
      signal?.throwIfAborted()
      const size = Math.min(left, PAGE_SIZE)
      const range = ['ZRANGEBYLEX', this.#keys.keys, last, '+', 'LIMIT', '0', String(size)]
      const names = toList(await this.#connection.send(range)).map(String)
      for (const [key, { row, position }] of await this.#loadPage(names)) {
        signal?.throwIfAborted()
        // Deleted since its name was read.
        if (row !== undefined) yield [key, row, position]
      }
      last = `(${names.at(-1)}`
      left -= names.length
      if (names.length < size) return
    }
  }

  async count(): Promise<number> {
    return Number(await this.#connection.send(['ZCARD', this.#keys.keys]))
  }

  async #assertThere(): Promise<void> {
    const found = await this.#connection.send(['HEXISTS', this.#keys.place, `fingerprint:${this.id}`])
    if (found !== 1) throw generationMissing(this.#readModel, `no generation ${this.id} any more`)
  }
}

function toField(partition: Partition | undefined): string {
  return partition === undefined ? 'position' : `position:${partition.index}/${partition.count}`
}

function toJson(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value)
}

function byteLength(text: string): string {
  return String(Buffer.byteLength(text))
}

function toList(reply: Reply): readonly Reply[] {
  return reply as readonly Reply[]
}
