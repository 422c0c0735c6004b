import assert from 'node:assert/strict'
import { newEventId } from '../../events/index.ts'
import type { EventLog, TypeInfo } from '../../store/index.ts'
import type { Random } from '../random.ts'
import { assertRefused } from './assertions.ts'
import { anEvent, append, range } from './builders.ts'
import { fact, newLog, topic } from './conformance-case.ts'

const TYPES = ['Opened', 'Open', 'opened', '類型', '\ufffd', '😀']
const CATEGORIES = ['account', 'accounts', 'ä', 'A']

/** The plain meaning of `types`. */
async function countPlainly(log: EventLog): Promise<TypeInfo[]> {
  const groups = new Map<string, number[]>()
  for await (const { type, schemaVersion, stream, position } of log.read()) {
    const key = JSON.stringify([type, schemaVersion, stream.category])
    groups.set(key, [...(groups.get(key) ?? []), position])
  }
  const counted = [...groups].map(([key, positions]) => {
    const [type, schemaVersion, category] = JSON.parse(key) as [string, number, string]
    const places = { firstPosition: positions[0] as number, lastPosition: positions.at(-1) as number }
    return { category, type, schemaVersion, events: positions.length, ...places }
  })
  const keyOf = ({ type, schemaVersion, category }: TypeInfo) =>
    Buffer.from(`${type}\0${String(schemaVersion).padStart(5, '0')}\0${category}`)
  return counted.sort((one, other) => Buffer.compare(keyOf(one), keyOf(other)))
}

function eventAtRandom(random: Random) {
  return anEvent({ type: random.pick(TYPES), schemaVersion: random.pick([1, 2, 10, 32_767]) })
}

function streamAtRandom(random: Random): string {
  return `${random.pick(CATEGORIES)}-${random.integer(1, 5)}`
}

export const typeCases = topic('types', [
  fact('reading', 'are counted by version and category, with the first and the last place', async ({ log }) => {
    assert.deepEqual(await log.types(), [])
    await append(log, 'account-A', [anEvent({ type: 'B' }), anEvent({ type: 'A', schemaVersion: 2 })])
    await append(log, 'order-1', anEvent({ type: 'B' }))
    await append(log, 'account-B', [anEvent({ type: 'B' }), anEvent({ type: 'A', schemaVersion: 10 })])
    const [first, second, third, fourth, fifth] = (await log.read().toArray()).map(({ position }) => position)
    assert.deepEqual(await log.types(), [
      { category: 'account', type: 'A', schemaVersion: 2, events: 1, firstPosition: second, lastPosition: second },
      { category: 'account', type: 'A', schemaVersion: 10, events: 1, firstPosition: fifth, lastPosition: fifth },
      { category: 'account', type: 'B', schemaVersion: 1, events: 2, firstPosition: first, lastPosition: fourth },
      { category: 'order', type: 'B', schemaVersion: 1, events: 1, firstPosition: third, lastPosition: third },
    ])
  }),
  fact('reading', 'are counted right after appends at the same time and imports', async ({ log, random }) => {
    await Promise.all(
      range(1, 100).map(() =>
        append(
          log,
          streamAtRandom(random),
          range(1, random.integer(1, 4)).map(() => eventAtRandom(random)),
        ),
      ),
    )
    await log.import(range(1, 500).map(() => ({ ...eventAtRandom(random), stream: streamAtRandom(random) })))
    await append(log, 'account-1', eventAtRandom(random))
    assert.deepEqual(await log.types(), await countPlainly(log))
  }),
  fact('reading', 'leave out what was refused, count a repeat once, and keep logs apart', async ({ log, store }) => {
    const other = newLog(store)
    await append(other, 'account-A', anEvent({ type: 'Other' }))
    const event = anEvent({ id: newEventId() })
    await append(log, 'account-A', event, 'none')
    await append(log, 'account-A', event, 'none')
    await assertRefused(() => append(log, 'account-A', anEvent({ type: 'Refused' }), 'none'), 'version-conflict')
    const [only, ...none] = await log.types()
    assert.deepEqual(none, [])
    assert.equal(only?.type, 'Noted')
    assert.equal(only.events, 1)
  }),
])
