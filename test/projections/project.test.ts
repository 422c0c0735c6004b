import { setTimeout as delay } from 'node:timers/promises'
import { type Daybook, DaybookError, event, type Generation, open, type ReadModelTargets, readModel } from 'daybook'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { instead } from '../support/instead.ts'

const Scored = event('Scored', z.object({ player: z.string(), points: z.int() }))
const Ended = event('Ended', z.object({}))
const scores = readModel('scores', { events: [Scored], key: ({ data }) => data.player, initial: { points: 0 } }).evolve(
  {
    Scored: (row, { points }) => ({ points: row.points + points }),
  },
)

async function score(daybook: Daybook, player: string, points = 1): Promise<number> {
  return (await daybook.append('game-1', Scored({ player, points }))).position
}

describe('project', () => {
  test('reads the rows of a batch once, and writes once', async () => {
    const calls: string[] = []
    const watch = watching((target) => ({
      load: (keys) => {
        calls.push(`load ${keys.join()}`)
        return target.load(keys)
      },
      save: (changes, move) => {
        calls.push(`save ${[...changes.keys()]} ${move.from},${move.to}`)
        return target.save(changes, move)
      },
    }))
    await using daybook = await open('memory:', { instruments: { targets: watch } })
    for (const player of ['ada', 'bob', 'ada', 'ada']) await score(daybook, player)
    await daybook.project(scores, { follow: false })
    for (const player of ['ada', 'bob', 'ada']) await score(daybook, player)
    const projection = await daybook.project(scores, { follow: false })
    // Nothing can be there before the first batch.
    expect(calls).toEqual(['save ada,bob 0,4', 'load ada,bob', 'save ada,bob 4,7'])
    expect(await projection.get('ada')).toEqual({ points: 5 })
  })

  test('what is no projection is refused, such as a read model that was not completed', async () => {
    await using daybook = await open('memory:')
    const begun = readModel('scores', { events: [Scored], key: ({ data }) => data.player, initial: { points: 0 } })
    // @ts-expect-error as a caller without types would
    await expect(daybook.project(begun)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('.evolve({ … })'),
    })
  })

  test.each([5, { id: 'ada' }, new Set(['ada'])])('a key that is no text is named: %j', async (key) => {
    await using daybook = await open('memory:')
    await score(daybook, 'ada')
    const options = { events: [Scored], key: () => key as unknown as string, initial: { points: 0 } }
    const keyed = readModel('keyed', options).evolve({ Scored: (row) => row })
    await expect(daybook.project(keyed, { follow: false, onFailure: () => {} })).rejects.toMatchObject({
      code: 'projection-failed',
      message: expect.stringContaining(`The read model keyed gives keys of type ${typeof key}, not texts.`),
    })
  })

  test('a row that a reader changes is the reader’s own', async () => {
    await using daybook = await open('memory:')
    await score(daybook, 'ada')
    const projection = await daybook.project(scores, { follow: false })
    const row = await projection.get('ada')
    if (row !== undefined) row.points = 99
    expect(await projection.get('ada')).toEqual({ points: 1 })
  })

  test('a batch that another instance was faster with is not applied twice', async () => {
    let isFaster = true
    const watch = watching((target) => ({
      save: async (changes, move) => {
        if (isFaster) await target.save(changes, move)
        isFaster = false
        return await target.save(changes, move)
      },
    }))
    await using daybook = await open('memory:', { instruments: { targets: watch } })
    await score(daybook, 'ada', 5)
    const projection = await daybook.project(scores)
    await projection.reached(await score(daybook, 'ada', 2))
    expect(await projection.get('ada')).toEqual({ points: 7 })
  })

  test('a row that is on its way to the target is not the one that the next batch changes', async () => {
    const saved: string[] = []
    const watch = watching((target) => ({
      save: async (changes, move) => {
        // The next batch is folded meanwhile.
        await delay(20)
        saved.push(JSON.stringify([...changes.values()].map(({ row }) => row)))
        return await target.save(changes, move)
      },
    }))
    await using daybook = await open('memory:', { instruments: { targets: watch } })
    // A page of the memory store, which is the first batch, and one more event.
    const events = Array.from({ length: 501 }, () => ({ stream: 'game-1', ...Scored({ player: 'ada', points: 1 }) }))
    await daybook.import(events)
    const inPlace = readModel('in-place', {
      events: [Scored],
      key: ({ data }) => data.player,
      initial: { of: { points: 0 } },
    }).evolve({
      Scored: (row, { points }) => {
        const next = Object.isFrozen(row) ? { of: { points: 0 } } : row
        next.of.points += points
        return next
      },
    })
    await daybook.project(inPlace, { follow: false })
    expect(saved).toEqual(['[{"of":{"points":500}}]', '[{"of":{"points":501}}]'])
  })

  test('a batch that the target refuses by chance is read and folded again', async () => {
    let refusals = 2
    const watch = watching((target) => ({
      save: async (changes, move) => {
        if (move.from === 500 && refusals-- > 0)
          throw new DaybookError('row-refused', 'No.', { readModel: '', key: '' })
        return await target.save(changes, move)
      },
    }))
    await using daybook = await open('memory:', { instruments: { targets: watch } })
    const events = Array.from({ length: 6_000 }, (_, n) => ({
      stream: 'game-1',
      ...Scored({ player: `${n % 7}`, points: n }),
    }))
    await daybook.import(events)
    const projection = await daybook.project(scores, { follow: false })
    expect(refusals).toBeLessThanOrEqual(0)
    expect(projection.checkpoint).toBe(6_000)
    const points = (player: number) =>
      events.filter((_, n) => n % 7 === player).reduce((sum, { data }) => sum + data.points, 0)
    for (const player of [0, 3, 6]) expect(await projection.get(`${player}`)).toEqual({ points: points(player) })
    expect(await (await daybook.quarantine(scores)).list()).toEqual([])
  })

  test('asks the target for no row that was never written, and for each that is remembered no more', async () => {
    const asked: string[] = []
    const watch = watching((target) => ({
      load: (keys) => {
        asked.push(...keys)
        return target.load(keys)
      },
    }))
    await using daybook = await open('memory:', { instruments: { targets: watch } })
    // More players than rows are remembered, and then the first of them again.
    const [players, again] = [50_000, 500]
    const games = Array.from({ length: players + again }, (_, n) => `player-${n % players}`)
    await daybook.import(games.map((player) => ({ stream: 'game-1', ...Scored({ player, points: 1 }) })))
    const projection = await daybook.project(scores, { follow: false })
    for (const n of [0, again - 1]) expect(await projection.get(`player-${n}`)).toEqual({ points: 2 })
    for (const n of [again, players - 1]) expect(await projection.get(`player-${n}`)).toEqual({ points: 1 })
    // A few of the others may have been asked for in doubt.
    expect(asked.length).toBeGreaterThanOrEqual(again)
    expect(asked.length).toBeLessThan(again + players / 100)
  })

  test('a lost connection is waited out, also where the batch was saved and its answer was lost', async () => {
    const lost = async () => {
      const { DaybookError } = await import('daybook')
      return new DaybookError('connection-lost', 'lost', { engine: 'test', attempts: 1 })
    }
    let failures = 0
    const watch = watching((target) => ({
      load: async (keys) => {
        if (failures++ === 0) throw await lost()
        return await target.load(keys)
      },
      save: async (...change) => {
        const isSaved = await target.save(...change)
        if (failures++ < 3) throw await lost()
        return isSaved
      },
    }))
    await using daybook = await open('memory:', { instruments: { targets: watch } })
    const position = await score(daybook, 'ada', 5)
    const projection = await daybook.project(scores)
    await projection.reached(position)
    expect(await projection.get('ada')).toEqual({ points: 5 })
    expect(failures).toBeGreaterThanOrEqual(3)
  })

  test('reached › a position that nobody has written yet gives not-reached after the time', async () => {
    await using daybook = await open('memory:')
    const projection = await daybook.project(scores)
    await expect(projection.reached(5, { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'not-reached',
      details: { projection: 'scores', position: 5, checkpoint: 0 },
    })
    const reason = new Error('enough')
    await expect(projection.reached(5, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  test('reached › waiters hear at once of a stop, and of a failure', async () => {
    await using daybook = await open('memory:')
    const stopped = await daybook.project(scores)
    const waiting = expect(stopped.reached(5)).rejects.toMatchObject({ code: 'not-reached' })
    await stopped.stop()
    await waiting
    await expect(stopped.reached(5)).rejects.toMatchObject({ code: 'not-reached' })
    const bad = readModel('bad', { events: [Scored], key: () => '', initial: {} }).evolve({ Scored: (row) => row })
    const failed = await daybook.project(bad, { onFailure: () => {} })
    const hearing = expect(failed.reached(1)).rejects.toMatchObject({ code: 'projection-failed' })
    await score(daybook, 'ada')
    await hearing
  })

  test('a stop keeps how far it has looked, so that the next start need not look again', async () => {
    const kept: number[] = []
    const watch = watching((target) => ({
      save: (changes, move) => {
        kept.push(move.to)
        return target.save(changes, move)
      },
    }))
    await using daybook = await open('memory:', { instruments: { targets: watch } })
    await score(daybook, 'ada')
    await daybook.append('game-1', Ended({}))
    await daybook.project(scores, { follow: false })
    expect(kept).toEqual([1, 2])
  })

  test('events in an older shape are lifted first, and an unreadable one stops it with its position', async () => {
    const Lifted = Scored.next(z.object({ who: z.string() }), ({ player }) => ({ who: player }))
    const seen = readModel('seen', { events: [Lifted], key: ({ data }) => data.who, initial: { n: 0 } }).evolve({
      Scored: (row) => ({ n: row.n + 1 }),
    })
    await using daybook = await open('memory:')
    await score(daybook, 'ada')
    const projection = await daybook.project(seen, { onFailure: () => {} })
    await projection.reached(1)
    expect(await projection.get('ada')).toEqual({ n: 1 })
    await daybook.append('game-1', { type: 'Scored', data: {}, schemaVersion: 3 })
    await expect(projection.reached(2)).rejects.toMatchObject({
      code: 'projection-failed',
      details: { projection: 'seen', position: 2 },
      cause: { code: 'unreadable-event' },
    })
    expect(projection.checkpoint).toBe(1)
  })

  test('a row that is not JSON, and a key that is none, stop it', async () => {
    await using daybook = await open('memory:')
    const position = await score(daybook, 'ada')
    const options = { events: [Scored], key: () => 'k', initial: { n: 0 } }
    const broken = [
      readModel('nan', options).evolve({ Scored: () => ({ n: Number.NaN }) }),
      readModel('slow', options).evolve({ Scored: (async () => ({ n: 1 })) as never }),
      readModel('key', { ...options, key: () => 'x'.repeat(513) }).evolve({ Scored: (row) => row }),
      readModel('key-type', { ...options, key: (() => [7]) as never }).evolve({ Scored: (row) => row }),
    ]
    for (const model of broken) {
      const projection = await daybook.project(model, { maxQuarantinedKeys: 0, onFailure: () => {} })
      await expect(projection.reached(position)).rejects.toMatchObject({ cause: { code: 'broken-definition' } })
    }
  })

  test('another read model of a name that is running is refused', async () => {
    await using daybook = await open('memory:')
    await daybook.project(scores)
    const namesake = readModel('scores', { events: [Ended], key: () => 'k', initial: {} }).evolve({
      Ended: (row) => row,
    })
    await expect(daybook.project(namesake)).rejects.toMatchObject({ code: 'projection-name-taken' })
  })
})

/** Targets whose live generation's calls are replaced or watched. */
function watching(watch: (generation: Generation) => Partial<Generation>) {
  return (targets: ReadModelTargets): ReadModelTargets =>
    instead(targets, {
      open: async (log, name) => {
        const target = await targets.open(log, name)
        return instead(target, {
          live: async (fingerprint) => {
            const generation = await target.live(fingerprint)
            return instead(generation, watch(generation))
          },
        })
      },
    })
}
