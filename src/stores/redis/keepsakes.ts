/** Snapshots, checkpoints and leases: what is kept beside the events, by lua/keepsakes.lua. */
import { assertStreamName } from '../../events/index.ts'
import {
  assertLeaseName,
  assertLeaseTerms,
  assertPosition,
  assertProjectionName,
  assertSnapshotKey,
  type CheckpointStore,
  encodeNote,
  encodeSnapshot,
  type Lease,
  type LeaseInfo,
  type LeaseStore,
  type LeaseTerms,
  type Snapshot,
  type SnapshotKey,
  type SnapshotStore,
} from '../../store/index.ts'
import { checkpointsKey, headKey, snapshotKey } from './keys.ts'
import type { RedisLogContext } from './redis-log-context.ts'

export class RedisSnapshots implements SnapshotStore {
  readonly #context: RedisLogContext

  constructor(context: RedisLogContext) {
    this.#context = context
  }

  async load(key: SnapshotKey): Promise<Snapshot | undefined> {
    this.#context.lifetime.assertOpen()
    assertSnapshotKey(key)
    const { stream, definition, fingerprint } = key
    const redisKey = snapshotKey(this.#context.log, stream)
    const text = await this.#context.command(headKey(this.#context.log), [
      'HGET',
      redisKey,
      `${definition}\n${fingerprint}`,
    ])
    if (typeof text !== 'string') return undefined
    const end = text.indexOf('\n')
    return { version: Number(text.slice(0, end)), state: JSON.parse(text.slice(end + 1)) }
  }

  async save(key: SnapshotKey, snapshot: Snapshot): Promise<void> {
    this.#context.lifetime.assertOpen()
    assertSnapshotKey(key)
    const state = encodeSnapshot(snapshot)
    const values = [key.stream, key.definition, key.fingerprint, String(snapshot.version), state]
    await this.#call('save_snapshot', values)
  }

  async clear(stream?: string): Promise<void> {
    this.#context.lifetime.assertOpen()
    if (stream !== undefined) assertStreamName(stream)
    while (Number(await this.#call('clear_snapshots', stream === undefined ? [] : [stream])) > 0);
  }

  #call(name: string, values: readonly string[]): Promise<unknown> {
    return this.#context.write({ name, key: headKey(this.#context.log), values })
  }
}

export class RedisCheckpoints implements CheckpointStore {
  readonly #context: RedisLogContext

  constructor(context: RedisLogContext) {
    this.#context = context
  }

  async load(projection: string): Promise<number> {
    this.#context.lifetime.assertOpen()
    assertProjectionName(projection)
    const key = checkpointsKey(this.#context.log)
    return Number((await this.#context.command(headKey(this.#context.log), ['HGET', key, projection])) ?? 0)
  }

  async move(projection: string, expected: number, position: number): Promise<boolean> {
    this.#context.lifetime.assertOpen()
    assertProjectionName(projection)
    assertPosition(expected, 'expected')
    assertPosition(position, 'position')
    const values = [projection, String(expected), String(position)]
    return (await this.#context.write({ name: 'move_checkpoint', key: headKey(this.#context.log), values })) === 1
  }

  async list(): Promise<{ projection: string; position: number }[]> {
    this.#context.lifetime.assertOpen()
    const key = checkpointsKey(this.#context.log)
    const reply = (await this.#context.command(headKey(this.#context.log), ['HGETALL', key])) as string[]
    return toPairs(reply).map(([projection, position]) => ({ projection, position: Number(position) }))
  }
}

/** Leases by the clock of the server alone, which its functions ask. */
export class RedisLeases implements LeaseStore {
  readonly #context: RedisLogContext

  constructor(context: RedisLogContext) {
    this.#context = context
  }

  async acquire(name: string, owner: string, terms: LeaseTerms): Promise<Lease | undefined> {
    this.#assert(name, owner)
    assertLeaseTerms(terms)
    const token = await this.#call('acquire_lease', [name, owner, ...encodeTerms(terms)])
    return token === 0 ? undefined : { name, owner, token: Number(token) }
  }

  async renew({ name, owner, token }: Lease, terms: LeaseTerms): Promise<boolean> {
    this.#assert(name, owner)
    assertLeaseTerms(terms)
    return (await this.#call('renew_lease', [name, owner, String(token), ...encodeTerms(terms)])) === 1
  }

  async release({ name, owner, token }: Lease, note?: unknown): Promise<void> {
    this.#assert(name, owner)
    await this.#call('renew_lease', [name, owner, String(token), ...encodeTerms({ durationMs: 0, note })])
  }

  async list(): Promise<LeaseInfo[]> {
    this.#context.lifetime.assertOpen()
    const call = { name: 'list_leases', key: headKey(this.#context.log), values: [] }
    const [nowMs, ...leases] = (await this.#context.read(call)) as string[]
    const all = toPairs(leases).sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    return all.map(([name, lines]) => decodeLease(name, lines, Number(nowMs)))
  }

  #assert(name: string, owner: string): void {
    this.#context.lifetime.assertOpen()
    assertLeaseName(name, owner)
  }

  #call(name: string, values: readonly string[]): Promise<unknown> {
    return this.#context.write({ name, key: headKey(this.#context.log), values })
  }
}

function encodeTerms({ durationMs, note }: LeaseTerms): string[] {
  return [String(durationMs), encodeNote(note) ?? '']
}

function decodeLease(name: string, lines: string, nowMs: number): LeaseInfo {
  const [owner = '', token, expiresMs, updatedMs, note = 'null'] = lines.split('\n')
  return {
    name,
    owner,
    token: Number(token),
    expiresInMs: Number(expiresMs) - nowMs,
    note: JSON.parse(note),
    updatedAt: new Date(Number(updatedMs)),
  }
}

/** A hash as Redis lists it: names and values in turn. */
function toPairs(list: readonly string[]): [string, string][] {
  return list.flatMap((name, place) => (place % 2 === 0 ? [[name, list[place + 1] as string] as [string, string]] : []))
}
