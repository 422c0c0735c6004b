/** Snapshots, checkpoints and leases: what is kept beside the events, by lua/keepsakes.lua. */
import type {
  CheckpointStore,
  EncodedSnapshot,
  EncodedTerms,
  EngineLeases,
  EngineSnapshots,
  Lease,
  LeaseInfo,
  Snapshot,
  SnapshotKey,
} from '../../store/index.ts'
import { checkpointsKey, headKey, snapshotKey } from './keys.ts'
import type { RedisLogContext } from './redis-log-context.ts'

export class RedisSnapshots implements EngineSnapshots {
  readonly #context: RedisLogContext

  constructor(context: RedisLogContext) {
    this.#context = context
  }

  async load({ stream, definition, fingerprint }: SnapshotKey): Promise<Snapshot | undefined> {
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

  async save(key: SnapshotKey, { version, state }: EncodedSnapshot): Promise<void> {
    const values = [key.stream, key.definition, key.fingerprint, String(version), state]
    await this.#call('save_snapshot', values)
  }

  async clear(stream?: string): Promise<void> {
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
    const key = checkpointsKey(this.#context.log)
    return Number((await this.#context.command(headKey(this.#context.log), ['HGET', key, projection])) ?? 0)
  }

  async move(projection: string, expected: number, position: number): Promise<boolean> {
    const values = [projection, String(expected), String(position)]
    return (await this.#context.write({ name: 'move_checkpoint', key: headKey(this.#context.log), values })) === 1
  }

  async list(): Promise<{ projection: string; position: number }[]> {
    const key = checkpointsKey(this.#context.log)
    const reply = (await this.#context.command(headKey(this.#context.log), ['HGETALL', key])) as string[]
    return toPairs(reply).map(([projection, position]) => ({ projection, position: Number(position) }))
  }
}

/** Leases by the clock of the server alone, which its functions ask. */
export class RedisLeases implements EngineLeases {
  readonly #context: RedisLogContext

  constructor(context: RedisLogContext) {
    this.#context = context
  }

  async acquire(name: string, owner: string, terms: EncodedTerms): Promise<Lease | undefined> {
    const token = await this.#call('acquire_lease', [name, owner, ...toValues(terms)])
    return token === 0 ? undefined : { name, owner, token: Number(token) }
  }

  async renew({ name, owner, token }: Lease, terms: EncodedTerms): Promise<boolean> {
    return (await this.#call('renew_lease', [name, owner, String(token), ...toValues(terms)])) === 1
  }

  async release({ name, owner, token }: Lease, note: string | undefined): Promise<void> {
    await this.#call('renew_lease', [name, owner, String(token), ...toValues({ durationMs: 0, note })])
  }

  async list(): Promise<LeaseInfo[]> {
    const call = { name: 'list_leases', key: headKey(this.#context.log), values: [] }
    const [nowMs, ...leases] = (await this.#context.read(call)) as string[]
    const all = toPairs(leases).sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    return all.map(([name, lines]) => decodeLease(name, lines, Number(nowMs)))
  }

  #call(name: string, values: readonly string[]): Promise<unknown> {
    return this.#context.write({ name, key: headKey(this.#context.log), values })
  }
}

function toValues({ durationMs, note }: EncodedTerms): string[] {
  return [String(durationMs), note ?? '']
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
