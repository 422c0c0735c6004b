import assert from 'node:assert/strict'
import type { NewEvent } from '../../events/index.ts'
import type { EventLog } from '../../store/index.ts'
import { assertCount, assertRefused } from './assertions.ts'
import { anEvent, append, range } from './builders.ts'
import { fact, factGiven, topic } from './conformance-case.ts'
import { acceptable, hide, POISONS } from './json-values.ts'

const HOSTILE_VALUES = 4_000
const ACCEPTABLE_VALUES = 3_000
const MAX_DATA_BYTES = 1_048_576
const MAX_METADATA_BYTES = 65_536

/** Small enough for an append of the longest values to be one message of any server. */
const VALUES_PER_APPEND = 25

/** Appends each, in appends of a good size, and asserts that each comes back. */
async function assertFaithful(log: EventLog, values: readonly unknown[]): Promise<void> {
  const events = values.map((data) => anEvent({ data, metadata: { note: data as never } }))
  for (let from = 0; from < events.length; from += VALUES_PER_APPEND) {
    await append(log, 'value-1', events.slice(from, from + VALUES_PER_APPEND))
  }
  let place = 0
  for await (const event of log.readStream('value-1')) {
    assert.deepEqual(event.data, values[place])
    assert.deepEqual(event.metadata, { note: values[place] })
    place++
  }
  assert.equal(place, values.length)
}

function nested(levels: number): unknown {
  return range(1, levels).reduce<unknown>((inside, level) => (level % 2 === 0 ? { inside } : [inside]), 'core')
}

const BAD_EVENTS: readonly (readonly [path: string, event: unknown])[] = [
  ['event', null],
  ['event', 'Opened'],
  ['event', undefined],
  ['type', { data: 1 }],
  ['type', { type: '', data: 1 }],
  ['type', { type: 7, data: 1 }],
  ['type', { type: 'x'.repeat(129), data: 1 }],
  ['type', { type: 'a\u0000', data: 1 }],
  ['type', { type: 'a\nb', data: 1 }],
  ['type', { type: '\ud800', data: 1 }],
  ['id', { type: 'Opened', data: 1, id: '' }],
  ['id', { type: 'Opened', data: 1, id: 'one' }],
  ['id', { type: 'Opened', data: 1, id: '0190A5B0-0000-7000-8000-0123456789AB' }],
  ['id', { type: 'Opened', data: 1, id: '{0190a5b0-0000-7000-8000-0123456789ab}' }],
  ['id', { type: 'Opened', data: 1, id: 12 }],
  ['schemaVersion', { type: 'Opened', data: 1, schemaVersion: 0 }],
  ['schemaVersion', { type: 'Opened', data: 1, schemaVersion: 1.5 }],
  ['schemaVersion', { type: 'Opened', data: 1, schemaVersion: 32_768 }],
  ['schemaVersion', { type: 'Opened', data: 1, schemaVersion: '1' }],
  ['data', { type: 'Opened' }],
  ['metadata', { type: 'Opened', data: 1, metadata: [] }],
  ['metadata', { type: 'Opened', data: 1, metadata: 'text' }],
  ['metadata', { type: 'Opened', data: 1, metadata: null }],
  ['metadata', { type: 'Opened', data: 1, metadata: new Map() }],
  ['metadata.at', { type: 'Opened', data: 1, metadata: { at: new Date() } }],
  ['tags', { type: 'Opened', data: 1, tags: 'vip' }],
  ['tags', { type: 'Opened', data: 1, tags: new Set(['vip']) }],
  ['tags', { type: 'Opened', data: 1, tags: range(1, 33).map(String) }],
  ['tags[1]', { type: 'Opened', data: 1, tags: ['a', ''] }],
  ['tags[1]', { type: 'Opened', data: 1, tags: ['a', 'a'] }],
  ['tags[0]', { type: 'Opened', data: 1, tags: ['x'.repeat(129)] }],
  ['tags[0]', { type: 'Opened', data: 1, tags: ['a\u0000'] }],
  ['tags[0]', { type: 'Opened', data: 1, tags: ['\udfff'] }],
  ['tags[0]', { type: 'Opened', data: 1, tags: [null] }],
]

const NAMES = [
  'a-b',
  'a--',
  'a- ',
  ' -a',
  'A-a',
  'constructor-toString',
  'o\'hara-"1"',
  'back\\slash-\\',
  '100%-_',
  '{a}-{b,c}',
  '$1-$2',
  'a-😀',
  '😀-a',
  '類-型',
  "x-'; drop table daybook.events; --",
  '__proto__-__proto__',
  'null-NULL',
  'a-\u2028',
  `a-${'x'.repeat(253)}`,
  `a-${'é'.repeat(253)}`,
  `a-${'類'.repeat(253)}`,
  `${'類'.repeat(253)}-a`,
  `a-${'😀'.repeat(126)}`,
]

const NO_NAMES: readonly unknown[] = [
  '',
  'a',
  '-',
  'a-',
  '-a',
  `a-${'x'.repeat(254)}`,
  'a-\u0000',
  'a-\n',
  'a\r-b',
  'a-\u0085',
  'a-\ud83d',
  null,
  undefined,
  7,
  {},
  ['a-b'],
]

export const eventLimitCases = topic('event limits', [
  fact('faithful', 'leave thousands of generated values as they are', async ({ log, random }) => {
    await assertFaithful(
      log,
      range(1, ACCEPTABLE_VALUES).map(() => acceptable(random)),
    )
  }),
  fact('faithful', 'refuse thousands of generated values, with the path to what is wrong', async ({ log, random }) => {
    for (const n of range(1, HOSTILE_VALUES)) {
      const poison = POISONS[n % POISONS.length] ?? random.pick(POISONS)
      const { value, path } = hide(random, poison, 'data')
      const before = range(1, n % 3).map(() => anEvent())
      const work = () => append(log, 'value-1', [...before, anEvent({ data: value })])
      await assertRefused(work, 'invalid-event', { path, event: before.length, type: 'Noted' })
    }
    await assertCount(log, 0)
  }),
  fact('faithful', 'hold for metadata as for data', async ({ log, random }) => {
    for (const n of range(1, 500)) {
      const poison = POISONS[n % POISONS.length] ?? random.pick(POISONS)
      const { value, path } = hide(random, poison, 'metadata.own')
      const work = () => append(log, 'value-1', anEvent({ metadata: { own: value as never } }))
      await assertRefused(work, 'invalid-event', { path })
    }
    await assertCount(log, 0)
  }),
  ...BAD_EVENTS.map(([path, event], place) =>
    fact('faithful', `refuse a bad ${path} (${place})`, async ({ log }) => {
      const details = { path, event: 1 }
      await assertRefused(() => append(log, 'value-1', [anEvent(), event as NewEvent]), 'invalid-event', details)
      await assertCount(log, 0)
    }),
  ),
  fact('faithful', 'leave strings of every sort of character as they are', async ({ log }) => {
    const blocks = range(0, 0x10f).map((high) => {
      const codes = range(high === 0 ? 1 : 0, 0xfff).map((low) => high * 0x1000 + low)
      return String.fromCodePoint(...codes.filter((code) => code < 0xd800 || code > 0xdfff))
    })
    await assertFaithful(
      log,
      blocks.filter((block) => block !== '').map((block) => block.slice(0, 5_000)),
    )
  }),
  factGiven('largeAppends', 'faithful', 'take data up to 1 MiB of JSON, metadata up to 64 KiB', async ({ log }) => {
    const ascii = 'x'.repeat(MAX_DATA_BYTES - 2)
    const accented = 'é'.repeat((MAX_DATA_BYTES - 2) / 2)
    await append(log, 'value-1', [anEvent({ data: ascii }), anEvent({ data: accented })])
    for (const data of [`${ascii}x`, `${accented}x`, [ascii]]) {
      await assertRefused(() => append(log, 'value-1', anEvent({ data })), 'invalid-event', { path: 'data' })
    }
    const own = 'x'.repeat(MAX_METADATA_BYTES - '{"own":""}'.length)
    await append(log, 'value-1', anEvent({ metadata: { own } }))
    const tooMuch = anEvent({ metadata: { own: `${own}x` } })
    await assertRefused(() => append(log, 'value-1', tooMuch), 'invalid-event', { path: 'metadata' })
    const events = await log.read().toArray()
    assert.deepEqual(
      events.map((event) => event.data),
      [ascii, accented, anEvent().data],
    )
    assert.deepEqual(events[2]?.metadata, { own })
  }),
  fact('faithful', 'take 100 levels of nesting, and no more', async ({ log }) => {
    await append(log, 'value-1', anEvent({ data: nested(100) }))
    assert.deepEqual((await log.read().toArray())[0]?.data, nested(100))
    for (const levels of [101, 150, 5_000]) {
      await assertRefused(() => append(log, 'value-1', anEvent({ data: nested(levels) })), 'invalid-event')
    }
  }),
  fact('faithful', 'end at values that share one another without end', async ({ log }) => {
    const data = range(1, 60).reduce<unknown>((inside) => [inside, inside], 1)
    await assertRefused(() => append(log, 'value-1', anEvent({ data })), 'invalid-event')
    const shared = { once: [1, 2] }
    await append(log, 'value-1', anEvent({ data: [shared, shared] }))
    assert.deepEqual((await log.read().toArray())[0]?.data, [shared, shared])
  }),
  fact('faithful', 'take types and tags of 128 characters, and 32 tags', async ({ log }) => {
    const long = '類'.repeat(128)
    const tags = range(1, 32).map((n) => String(n).padStart(128, '😀').slice(-128))
    await append(log, 'value-1', anEvent({ type: long, tags: tags.filter((tag) => tag.isWellFormed()) }))
    await append(log, 'value-1', anEvent({ type: long, tags: range(1, 32).map((n) => String(n).padStart(128, 'é')) }))
    assert.equal((await log.read({ types: [long] }).toArray()).length, 2)
    assert.equal((await log.read({ tags: ['32'.padStart(128, 'é'), '1'.padStart(128, 'é')] }).toArray()).length, 1)
  }),
  fact('faithful', 'keep tags that look like something else', async ({ log }) => {
    const tags = [
      '{}',
      '{a,b}',
      'a,b',
      '"',
      '""',
      '\\',
      '\\"',
      'null',
      'NULL',
      "'",
      ' ',
      ' a ',
      '😀',
      '%',
      '_',
      'a:b',
      '()',
    ]
    await append(log, 'value-1', [anEvent({ tags }), ...tags.map((tag) => anEvent({ tags: [tag] }))])
    const events = await log.read().toArray()
    assert.deepEqual(
      events.map((event) => event.tags),
      [tags, ...tags.map((tag) => [tag])],
    )
    for (const tag of tags) assert.equal((await log.read({ tags: [tag] }).toArray()).length, 2, `tag ${tag}`)
  }),
  factGiven('largeAppends', 'faithful', 'refuse more than 16 MiB in one append', async ({ log }) => {
    const events = range(1, 17).map(() => anEvent({ data: 'x'.repeat(1_000_000) }))
    await assertRefused(() => append(log, 'value-1', events), 'invalid-argument')
    await append(log, 'value-1', events.slice(1))
    await assertCount(log, 16)
  }),
])

export const nameLimitCases = topic('names', [
  fact('faithful', 'of streams may hold any character but control characters', async ({ log }) => {
    for (const name of NAMES) await append(log, name, anEvent({ data: name }), 'none')
    for (const name of NAMES) {
      const [event, ...others] = await log.readStream(name).toArray()
      assert.deepEqual([event?.data, event?.stream.name, others], [name, name, []])
      assert.equal(`${event?.stream.category}-${event?.stream.id}`, name)
      assert.equal(await log.streamVersion(name), 1)
      const found = await log.read({ category: event?.stream.category ?? '' }).toArray()
      assert.ok(found.some((each) => each.stream.name === name))
    }
  }),
  fact('faithful', 'that are none are refused everywhere', async ({ log }) => {
    for (const name of NO_NAMES as readonly string[]) {
      const conditions = [{ stream: name, expectedVersion: 0 }]
      const streams = [{ stream: 'account-1', events: [anEvent()] }]
      await assertRefused(() => append(log, name), 'invalid-argument')
      await assertRefused(() => log.append({ streams, conditions }), 'invalid-argument')
      await assertRefused(async () => log.readStream(name).toArray(), 'invalid-argument')
      await assertRefused(async () => log.streamVersion(name), 'invalid-argument')
    }
    await assertCount(log, 0)
  }),
  fact('faithful', 'are refused with a request that is not made of lists and objects', async ({ log }) => {
    const streams = [{ stream: 'account-1', events: [anEvent()] }]
    const bad: unknown[] = [
      undefined,
      null,
      {},
      { streams: null },
      { streams: 'account-1' },
      { streams: [null] },
      { streams: [{ stream: 'account-1' }] },
      { streams: [{ stream: 'account-1', events: anEvent() }] },
      { streams, conditions: 'account-1' },
      { streams, conditions: [null] },
      { streams, conditions: [{ stream: 'limit-1' }] },
      { streams, command: null },
      { streams, command: 'c1' },
    ]
    for (const request of bad) {
      await assertRefused(async () => log.append(request as Parameters<EventLog['append']>[0]), 'invalid-argument')
    }
    await assertCount(log, 0)
  }),
])
