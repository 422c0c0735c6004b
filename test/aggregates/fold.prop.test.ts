/** The laws of folding, on random histories. */
import { aggregate, type Daybook, event, fold, open, type RecordedEvent } from 'daybook'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'

const Moved = event('Moved', z.object({ by: z.int() }))
const Named = event('Named', z.object({ name: z.string() })).next(
  z.object({ name: z.string(), length: z.int() }),
  (v1) => ({ ...v1, length: v1.name.length }),
)
const Cleared = event('Cleared', z.object({}))

const Thing = aggregate('thing', {
  events: [Moved, Named, Cleared],
  initial: { at: 0, names: [] as string[], last: null as null | number },
  snapshot: { every: 1 },
}).evolve({
  Moved: (thing, { by }, { version }) => ({ ...thing, at: thing.at * 3 + by, last: version }),
  Named: (thing, { name, length }) => ({ ...thing, names: [...thing.names.slice(-4), `${name}/${length}`] }),
  Cleared: (thing) => ({ ...thing, names: [] }),
})

const move = Thing.command('Move', z.object({ by: z.int() }), (_, input) => Moved(input))

const text = fc.string({ unit: 'grapheme', maxLength: 5 }).filter((name) => !name.includes('\u0000'))
const newEvent = fc.oneof(
  fc.integer({ min: -9, max: 9 }).map((by) => Moved({ by: by === 0 ? 0 : by })),
  text.map((name) => Named({ name, length: [...name].length })),
  text.map((name) => ({ type: 'Named', data: { name }, schemaVersion: 1 })),
  fc.constant(Cleared({})),
)
const history = fc.array(newEvent, { minLength: 1, maxLength: 40 })

/** Each history has a log of its own. */
type OpenLog = () => Promise<Daybook>

async function record(openLog: OpenLog, events: readonly { type: string; data: unknown }[]) {
  const daybook = await openLog()
  await daybook.append('thing-A', events)
  const recorded: RecordedEvent[] = await daybook.readStream('thing-A').toArray()
  return { daybook, recorded }
}

test('fold(a ++ b) = fold(b) from fold(a), wherever a history is cut', async () => {
  await fc.assert(
    fc.asyncProperty(history, fc.nat(), async (events, cut) => {
      const { daybook, recorded } = await record(() => open('memory:'), events)
      const place = cut % (recorded.length + 1)
      const before = fold(Thing, recorded.slice(0, place))
      expect(fold(Thing, recorded.slice(place), before)).toEqual(fold(Thing, recorded))
      await daybook.close()
    }),
  )
})

function describeSnapshotLaws(engine: string, openLog: OpenLog, numRuns: number): void {
  test(`snapshot + tail = full replay, at every version, on ${engine}`, async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(), async (events, at) => {
        const { daybook, recorded } = await record(openLog, events)
        const version = 1 + (at % recorded.length)
        const key = { stream: 'thing-A', definition: 'thing', fingerprint: Thing.fingerprint }
        const kept = { eventId: recorded[version - 1]?.id, state: fold(Thing, recorded.slice(0, version)) }
        await daybook.store.log(daybook.name).snapshots.save(key, { version, state: kept })
        for (let to = 0; to <= recorded.length; to++) {
          const { state, position } = await daybook.load(Thing, 'A', { version: to })
          expect(state).toEqual(fold(Thing, recorded.slice(0, to)))
          expect((await daybook.load(Thing, 'A', { position })).state).toEqual(state)
        }
        await daybook.close()
      }),
      { numRuns },
    )
  })

  test(`snapshots that commands leave behind are of states that a full replay gives, on ${engine}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 20 }), async (moves) => {
        const daybook = await openLog()
        for (const by of moves) await daybook.execute(move, 'A', { by: by === 0 ? 0 : by })
        const recorded: RecordedEvent[] = await daybook.readStream('thing-A').toArray()
        for (let to = 0; to <= recorded.length; to++) {
          const state = fold(Thing, recorded.slice(0, to))
          expect((await daybook.load(Thing, 'A', { version: to })).state).toEqual(state)
        }
        await daybook.clearSnapshots()
        expect((await daybook.load(Thing, 'A')).state).toEqual(fold(Thing, recorded))
        await daybook.close()
      }),
      { numRuns },
    )
  })
}

describeSnapshotLaws('memory', () => open('memory:'), 50)

describeOnPostgres('on a server', () => {
  const database = useTestDatabase()
  let opened: Daybook
  let logs = 0
  beforeAll(async () => {
    opened = await open(database.url)
  })
  afterAll(() => opened.close())
  describeSnapshotLaws('PostgreSQL', async () => opened.log(`law-${logs++}`), 15)
})
