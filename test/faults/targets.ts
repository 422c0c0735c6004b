/**
 * What targets outside of the store's database keep when they are disturbed: called by one test file for each. After each
 * fault rows and their positions are, document by document, what plain code makes of the log.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Daybook, open, type Projection } from 'daybook'
import { Random } from 'daybook/testing'
import { describe, expect, test } from 'vitest'
import { startRelay } from '../support/relay.ts'
import { SEED, TIMEOUT_MS } from './seed.ts'
import { expectedRows, foundRows, moves, openTargets, type TargetAddress, totals } from './target-moves.ts'

export interface Disturbed {
  /** May be read when the tests run. */
  readonly address: TargetAddress
  /** A PostgreSQL with a store that several processes share. */
  readonly storeUrl: string
  /** Takes the checkpoint back to 0, and leaves every row. */
  rewind(log: string): Promise<void>
}

const LEASE_MS = 400
const PATIENCE = { timeoutMs: 120_000 }

export function describeTargetFaults(disturbed: () => Disturbed): void {
  describe(`faults (DAYBOOK_SEED=${SEED})`, { timeout: TIMEOUT_MS }, () => {
    test('a replay from the beginning over full targets changes nothing', async () => {
      const { address, rewind } = disturbed()
      const log = `replayed-${SEED}`
      await using daybook = await open('memory:', { log })
      await using targets = closing(openTargets(address))
      await daybook.import(moves(new Random(SEED), 3_000))
      await daybook.project(totals, { targets, follow: false })
      await assertRows(daybook, address)
      await rewind(log)
      const replayed = await daybook.project(totals, { targets, follow: false })
      expect(replayed.checkpoint).toBe(await daybook.head())
      await assertRows(daybook, address)
    })

    for (const dropEvery of [3, 10]) {
      test(`the connection is dropped at every request number ${dropEvery}`, async () => {
        const { address } = disturbed()
        const random = new Random(SEED)
        await using relay = await startRelay(address.url, { dropEvery })
        await using daybook = await open('memory:', { log: `dropped-${dropEvery}-${SEED}` })
        await using targets = closing(openTargets({ ...address, url: relay.url }))
        const projection = await daybook.project(totals, { targets })
        for (let turn = 0; turn < 15; turn++) {
          await daybook.import(moves(random, random.integer(1, 300)))
          await reach(daybook, projection)
        }
        expect(relay.drops).toBeGreaterThan(3)
        await assertRows(daybook, address)
      })
    }

    test('of two instances one is paused past its lease, again and again', async () => {
      const { address, storeUrl } = disturbed()
      const random = new Random(SEED)
      const log = `paused-${address.kind}`
      await using daybook = await open(storeUrl, { log })
      const begin = () => Instance.begin([storeUrl, log, String(LEASE_MS), JSON.stringify(address)])
      const instances = await Promise.all([begin(), begin()])
      try {
        for (let pause = 0; pause < 6; pause++) {
          const sleeper = instances[pause % 2] as Instance
          const written = daybook.import(moves(random, random.integer(500, 3_000)))
          await delay(random.integer(0, 60))
          sleeper.process.kill('SIGSTOP')
          await written
          await delay(2 * LEASE_MS)
          sleeper.process.kill('SIGCONT')
        }
        await Promise.all(instances.map((instance) => instance.stop()))
      } finally {
        for (const { process } of instances) process.kill('SIGKILL')
      }
      expect(instances.map(({ failure }) => failure)).toEqual([undefined, undefined])
      await using targets = closing(openTargets(address))
      await daybook.project(totals, { targets, follow: false })
      await assertRows(daybook, address)
    })
  })
}

/** The server is killed in the middle of the work and started again, some times over. */
export async function assertOutlivesServer(
  address: TargetAddress,
  { rounds, restart }: { readonly rounds: number; restart(): Promise<void> },
): Promise<void> {
  const random = new Random(SEED)
  await using daybook = await open('memory:')
  await using targets = closing(openTargets(address))
  const projection = await daybook.project(totals, { targets })
  for (let round = 0; round < rounds; round++) {
    await daybook.import(moves(random, 3_000))
    await delay(random.integer(0, 40))
    await restart()
    await daybook.import(moves(random, 500))
  }
  await reach(daybook, projection)
  await assertRows(daybook, address)
}

async function reach(daybook: Daybook, projection: Projection<unknown>): Promise<void> {
  await projection.reached(await daybook.head(), PATIENCE)
  expect(projection.failure).toBeUndefined()
}

async function assertRows(daybook: Daybook, address: TargetAddress): Promise<void> {
  await using targets = closing(openTargets(address))
  expect(await foundRows(daybook, targets)).toEqual(await expectedRows(daybook))
}

function closing<Targets extends { close(): Promise<void> }>(targets: Targets): Targets & AsyncDisposable {
  return { ...targets, [Symbol.asyncDispose]: () => targets.close() }
}

class Instance {
  readonly process: ChildProcess
  failure: string | undefined

  private constructor(args: readonly string[]) {
    const program = fileURLToPath(new URL('target-projector.ts', import.meta.url))
    this.process = fork(program, args, { execArgv: ['--import', 'tsx'] })
  }

  static async begin(args: readonly string[]): Promise<Instance> {
    const instance = new Instance(args)
    await new Promise<void>((resolve, reject) => {
      instance.process.on('message', (message: { ready?: boolean; failed?: string }) => {
        if (message.ready) resolve()
        instance.failure ??= message.failed
      })
      instance.process.once('exit', () => reject(new Error('The instance ended too soon.')))
    })
    return instance
  }

  async stop(): Promise<void> {
    const exit = once(this.process, 'exit')
    this.process.send('stop')
    await exit
  }
}
