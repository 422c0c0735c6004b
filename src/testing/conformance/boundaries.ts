import assert from 'node:assert/strict'
import { isDaybookError } from '../../errors/index.ts'
import type { Boundary, EventLog } from '../../store/index.ts'
import { assertCount, assertRefused, split } from './assertions.ts'
import { anEvent, append, positionsOf, range } from './builders.ts'
import { fact, topic } from './conformance-case.ts'

/** Five events: several types and tags, in every arrangement that matters. Gives the positions, after a 0. */
async function fill(log: EventLog): Promise<number[]> {
  const event = (type: string, ...tags: string[]) => anEvent({ type, tags })
  await append(log, 'course-C1', event('Defined', 'c1'))
  await append(log, 'student-S1', event('Joined', 's1'))
  await append(log, 'course-C1', event('Subscribed', 'c1', 's1'))
  await append(log, 'course-C2', event('Subscribed', 'c2', 's1'))
  await append(log, 'note-N1', anEvent({ type: 'Noted' }))
  return [0, ...positionsOf(await log.read().toArray())]
}

/** The boundary, with the place of an event in `fill` made its position. */
function placed(boundary: Boundary, positions: readonly number[]): Boundary {
  return { ...boundary, after: positions[boundary.after] ?? (positions.at(-1) ?? 0) + boundary.after }
}

function appendUnless(
  log: EventLog,
  unless: Boundary | readonly Boundary[],
  tags: readonly string[] = [],
  type = 'Subscribed',
) {
  return log.append({ streams: [{ stream: 'sub-1', events: [anEvent({ type, tags })] }], unless })
}

/** Boundaries on `fill`, after the first so many of its events, and the places of the events that break them. */
const TABLE: readonly (readonly [title: string, unless: Boundary | readonly Boundary[], met: readonly number[]])[] = [
  ['any event', { after: 4 }, [5]],
  ['any event, when nothing came after', { after: 5 }, []],
  ['any event, after a position that is still to come', { after: 99 }, []],
  ['empty lists, which ask for nothing', { types: [], tags: [], after: 4 }, [5]],
  ['a type', { types: ['Subscribed'], after: 3 }, [4]],
  ['a type that came before', { types: ['Defined'], after: 1 }, []],
  ['one of several types', { types: ['Closed', 'Noted', 'Defined'], after: 2 }, [5]],
  ['a type nobody has used', { types: ['Closed'], after: 0 }, []],
  ['a tag', { tags: ['c2'], after: 0 }, [4]],
  ['a tag that came before', { tags: ['c1'], after: 3 }, []],
  ['all of two tags', { tags: ['s1', 'c1'], after: 1 }, [3]],
  ['two tags that no one event carries', { tags: ['c1', 'c2'], after: 0 }, []],
  ['a type and a tag', { types: ['Subscribed'], tags: ['s1'], after: 2 }, [3, 4]],
  ['a type and a tag of different events', { types: ['Joined'], tags: ['c1'], after: 0 }, []],
  ['several types and all tags', { types: ['Joined', 'Subscribed'], tags: ['c2', 's1'], after: 0 }, [4]],
  [
    'the second of several alternatives',
    [
      { types: ['Closed'], after: 0 },
      { tags: ['c2'], after: 3 },
    ],
    [4],
  ],
  [
    'none of several alternatives',
    [
      { types: ['Closed'], after: 0 },
      { tags: ['c2'], after: 4 },
    ],
    [],
  ],
  [
    'alternatives after different positions',
    [
      { tags: ['c1'], after: 3 },
      { tags: ['c1'], after: 2 },
    ],
    [3],
  ],
  ['no alternatives', [], []],
]

/** Two that read at the same position and write what the other one's boundary is about. */
async function race(log: EventLog, tag: string, pause: () => Promise<void>): Promise<void> {
  const after = await log.head()
  const boundary: Boundary = { types: ['Subscribed'], tags: [tag], after }
  const attempts = [appendUnless(log, boundary, ['x', tag]), pause().then(() => appendUnless(log, boundary, [tag]))]
  const { recorded, refused } = split(await Promise.allSettled(attempts))
  assert.equal(recorded.length, 1, `winners of the race for ${tag}`)
  const [error] = refused
  if (!isDaybookError(error, 'boundary-conflict')) throw error
  assert.deepEqual(error.details, { log: log.name, after, position: recorded[0]?.position })
}

export const boundaryCases = topic('boundary', [
  ...TABLE.map(([title, unless, met]) =>
    fact('boundaries', `${met.length > 0 ? 'is broken' : 'holds'}: ${title}`, async ({ log }) => {
      const positions = await fill(log)
      const boundaries = [unless].flat().map((each) => placed(each, positions))
      const work = () => appendUnless(log, boundaries.length === 1 && boundaries[0] ? boundaries[0] : boundaries)
      if (met.length === 0) {
        await work()
        return assertCount(log, 6)
      }
      const { details } = await assertRefused(work, 'boundary-conflict', { log: log.name })
      assert.ok(
        met.some((place) => positions[place] === details.position),
        `${details.position} is one that matches`,
      )
      await assertCount(log, 5)
    }),
  ),
  fact('boundaries', 'is about the log as it was before the append itself', async ({ log }) => {
    await appendUnless(log, { types: ['Subscribed'], tags: ['c1'], after: 0 }, ['c1'])
    await assertCount(log, 1)
  }),
  fact('boundaries', 'names the position after which the reader had not looked', async ({ log }) => {
    const [, , , after = 0, position = 0] = await fill(log)
    const details = { log: log.name, after, position }
    await assertRefused(() => appendUnless(log, { tags: ['c2'], after }), 'boundary-conflict', details)
  }),
  fact('boundaries', 'lets one of two appends of one tick win', async ({ log }) => {
    for (const round of range(1, 100)) await race(log, `seat:${round}`, () => Promise.resolve())
    await assertCount(log, 100)
  }),
  fact('boundaries', 'lets one of two appends win, however close', async ({ log, random }) => {
    for (const round of range(1, 100)) {
      await race(log, `seat:${round}`, async () => {
        for (let turns = random.integer(1, 20); turns > 0; turns--) await new Promise((go) => setImmediate(go))
      })
    }
    await assertCount(log, 100)
  }),
  fact('boundaries', 'gives 10 seats to 10 of 32 who ask at once', async ({ log }) => {
    const takeSeat = async (): Promise<boolean> => {
      for (;;) {
        const taken = await log.read({ types: ['Subscribed'], tags: ['course:1'] }).toArray()
        if (taken.length >= 10) return false
        const after = taken.at(-1)?.position ?? 0
        try {
          await appendUnless(log, { types: ['Subscribed'], tags: ['course:1'], after }, ['course:1'])
          return true
        } catch (error) {
          if (!isDaybookError(error, 'boundary-conflict')) throw error
        }
      }
    }
    const seated = await Promise.all(range(1, 32).map(takeSeat))
    assert.equal(seated.filter(Boolean).length, 10)
    await assertCount(log, 10)
  }),
  fact('boundaries', 'fails alone among its neighbours of the same tick', async ({ log }) => {
    const [, , , , last = 0] = await fill(log)
    const settled = await Promise.allSettled([
      append(log, 'account-A'),
      appendUnless(log, { tags: ['c2'], after: 0 }),
      append(log, 'account-B'),
      appendUnless(log, { tags: ['c2'], after: last }),
      append(log, 'account-C'),
    ])
    assert.deepEqual(
      settled.map((result) => result.status === 'fulfilled'),
      [true, false, true, true, true],
    )
    await assertCount(log, 9)
  }),
  fact('boundaries', 'holds for text that looks like a pattern, an array or a statement', async ({ log }) => {
    const tags = ['100%', 'a_b', '{a,b}', 'null', 'NULL', "it's", 'a"b', 'a\\b', '', "'; drop table x; --"].filter(
      Boolean,
    )
    for (const tag of tags) {
      const after = await log.head()
      await appendUnless(log, { tags: [tag], after: 0 }, [tag], tag)
      await assertRefused(() => appendUnless(log, { tags: [tag], after }), 'boundary-conflict')
      await assertRefused(() => appendUnless(log, { types: [tag], after }), 'boundary-conflict')
    }
    await assertCount(log, tags.length)
  }),
  fact('boundaries', 'is refused when it is no boundary', async ({ log }) => {
    const bad: unknown[] = [
      { after: -1 },
      { after: 0.5 },
      { after: Number.NaN },
      {},
      null,
      'Subscribed',
      { after: 0, types: 'Subscribed' },
      { after: 0, tags: [''] },
      { after: 0, tags: [1] },
      { after: 0, tags: ['\u0000'] },
      { after: 0, types: ['\ud800'] },
      { after: 0, types: Array(101).fill('Subscribed') },
      Array(101).fill({ after: 0 }),
    ]
    for (const unless of bad) await assertRefused(() => appendUnless(log, unless as Boundary), 'invalid-argument')
    await assertCount(log, 0)
  }),
])
