/** The laws of folding, on random histories. */
import { aggregate, event, fold, open, type RecordedEvent } from 'daybook'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

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

const text = fc.string({ unit: 'grapheme', maxLength: 5 }).filter((name) => !name.includes('\u0000'))
const newEvent = fc.oneof(
  fc.integer({ min: -9, max: 9 }).map((by) => Moved({ by: by === 0 ? 0 : by })),
  text.map((name) => Named({ name, length: [...name].length })),
  text.map((name) => ({ type: 'Named', data: { name }, schemaVersion: 1 })),
  fc.constant(Cleared({})),
)
const history = fc.array(newEvent, { minLength: 1, maxLength: 40 })

async function record(events: readonly { type: string; data: unknown }[]) {
  const daybook = await open('memory:')
  await daybook.append('thing-A', events)
  const recorded: RecordedEvent[] = await daybook.readStream('thing-A').toArray()
  return { daybook, recorded }
}

describe('laws', () => {
  test('fold(a ++ b) = fold(b) from fold(a), wherever a history is cut', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(), async (events, cut) => {
        const { daybook, recorded } = await record(events)
        const place = cut % (recorded.length + 1)
        const before = fold(Thing, recorded.slice(0, place))
        expect(fold(Thing, recorded.slice(place), before)).toEqual(fold(Thing, recorded))
        await daybook.close()
      }),
    )
  })

  test('snapshot + tail = full replay, at every version', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(), async (events, at) => {
        const { daybook, recorded } = await record(events)
        const version = 1 + (at % recorded.length)
        const key = { stream: 'thing-A', definition: 'thing', fingerprint: Thing.fingerprint }
        const state = fold(Thing, recorded.slice(0, version))
        await daybook.store.log('main').snapshots.save(key, { version, state })
        for (let to = 0; to <= recorded.length; to++) {
          const { state: loaded } = await daybook.load(Thing, 'A', { version: to })
          expect(loaded).toEqual(fold(Thing, recorded.slice(0, to)))
        }
        await daybook.close()
      }),
      { numRuns: 50 },
    )
  })
})
