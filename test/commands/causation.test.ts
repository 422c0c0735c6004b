/** What caused what: up to the first cause, and down to everything that came of it. */
import { aggregate, type Causation, type CausationNode, type Daybook, event, open } from 'daybook'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const Placed = event('Placed', z.object({ n: z.int() }))
const Order = aggregate('order', { events: [Placed], initial: {} }).evolve({ Placed: (order) => order })
const place = Order.command('Place', z.object({ n: z.int() }), (_, { n }) =>
  Array.from({ length: n }, () => Placed({ n })),
)

/** Executes a command and gives the ids of its events. */
async function execute(daybook: Daybook, id: string, options: { [key: string]: string } = {}, n = 1) {
  const result = await daybook.execute(place, id, { n }, options)
  if (result.status !== 'accepted') throw new Error(result.status)
  return result.events.map((each) => each.id)
}

/** The tree by the ids in it, which the test has given names. */
function toTree({ id, effects }: CausationNode, names: Record<string, string>): unknown {
  const name = names[id] ?? id
  return effects.length === 0 ? name : { [name]: effects.map((effect) => toTree(effect, names)) }
}

function causesOf(causation: Causation | undefined, names: Record<string, string>): string[] {
  return (causation?.causes ?? []).map(({ kind, id }) => `${kind} ${names[id] ?? id}`)
}

/** A command causes two events, the first of which causes two commands, one of which causes another. */
async function tellStory(daybook: Daybook) {
  const [e1 = '', e2 = ''] = await execute(daybook, 'A', { commandId: 'c1', actor: 'ada' }, 2)
  await execute(daybook, 'unrelated')
  const [e3 = ''] = await execute(daybook, 'B', { commandId: 'c2', causationId: e1, correlationId: 'c1' })
  const [e4 = ''] = await execute(daybook, 'C', { causationId: e1, correlationId: 'c1' })
  const [e5 = ''] = await execute(daybook, 'D', { commandId: 'c3', causationId: 'c2', correlationId: 'c1' })
  return { e1, e2, e3, e4, e5, names: { [e1]: 'e1', [e2]: 'e2', [e3]: 'e3', [e4]: 'e4', [e5]: 'e5' } }
}

describe('causation', () => {
  test('of a first cause is everything that came of it', async () => {
    await using daybook = await open('memory:')
    const { names } = await tellStory(daybook)
    const causation = await daybook.causation('c1')
    expect(causation).toMatchObject({ correlationId: 'c1', causes: [], isTruncated: false })
    expect(causation?.node).toMatchObject({ kind: 'command', name: 'Place', actor: 'ada' })
    expect(causation && toTree(causation.node, names)).toEqual({
      c1: [{ e1: [{ c2: ['e3', { c3: ['e5'] }] }, 'e4'] }, 'e2'],
    })
  })

  test('of what came of it leads up, the first cause first, and down from there', async () => {
    await using daybook = await open('memory:')
    const { e1, e3, e4, e5, names } = await tellStory(daybook)
    const ofEvent = await daybook.causation(e5)
    expect(causesOf(ofEvent, names)).toEqual(['command c1', 'event e1', 'command c2', 'command c3'])
    expect(ofEvent?.node).toMatchObject({ kind: 'event', event: { type: 'Placed', position: 6 }, effects: [] })
    expect(causesOf(await daybook.causation('c2'), names)).toEqual(['command c1', 'event e1'])
    expect(causesOf(await daybook.causation(e3), names)).toEqual(['command c1', 'event e1', 'command c2'])
    expect(causesOf(await daybook.causation(e4), names)).toEqual(['command c1', 'event e1'])
    const half = await daybook.causation(e1)
    expect(half && toTree(half.node, names)).toEqual({ e1: [{ c2: ['e3', { c3: ['e5'] }] }, 'e4'] })
  })

  test('is found by a command id that is not its own correlation, and by none that nobody used', async () => {
    await using daybook = await open('memory:')
    const [id = ''] = await execute(daybook, 'A', { commandId: 'c1', correlationId: 'request-7' })
    expect(await daybook.causation('c1')).toMatchObject({ correlationId: 'request-7', node: { effects: [{ id }] } })
    expect(await daybook.causation('c2')).toBeUndefined()
    expect(await daybook.causation('request-7')).toBeUndefined()
    expect(await daybook.causation('01890000-0000-7000-8000-000000000001')).toBeUndefined()
    await expect(daybook.causation('')).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test('goes beyond its correlation on the way up, to what the log does not know', async () => {
    await using daybook = await open('memory:')
    const [e1 = ''] = await execute(daybook, 'A', { commandId: 'c1', causationId: 'mail-7' })
    const [e2 = ''] = await execute(daybook, 'B', { commandId: 'c2', causationId: e1 })
    expect(causesOf(await daybook.causation(e2), { [e1]: 'e1' })).toEqual([
      'outside mail-7',
      'command c1',
      'event e1',
      'command c2',
    ])
    expect(causesOf(await daybook.causation('c1'), {})).toEqual(['outside mail-7'])
  })

  test('tells a command from the event whose id it took', async () => {
    await using daybook = await open('memory:')
    const [e1 = ''] = await execute(daybook, 'A', { commandId: 'c1' })
    const [e2 = ''] = await execute(daybook, 'B', { commandId: e1, correlationId: 'c1' })
    const causation = await daybook.causation('c1')
    expect(causation && toTree(causation.node, {})).toEqual({ c1: [{ [e1]: [{ [e1]: [e2] }] }] })
    expect(causesOf(await daybook.causation(e2), {})).toEqual(['command c1', `event ${e1}`, `command ${e1}`])
  })

  test('of an event that says nothing of it is the event alone', async () => {
    await using daybook = await open('memory:')
    const { events } = await daybook.append('order-A', Placed({ n: 1 }))
    const [appended] = events
    expect(await daybook.causation(appended?.id ?? '')).toEqual({
      correlationId: undefined,
      causes: [],
      node: { kind: 'event', id: appended?.id, event: appended, effects: [] },
      isTruncated: false,
    })
  })

  test('goes in no circle, whatever was forged', async () => {
    await using daybook = await open('memory:')
    const ids = ['01890000-0000-7000-8000-000000000001', '01890000-0000-7000-8000-000000000002'] as const
    const forged = (own: 0 | 1, cause: 0 | 1, commandId?: string) =>
      Placed(
        { n: own },
        { id: ids[own], metadata: { correlationId: 'x', causationId: ids[cause], commandId } as never },
      )
    await daybook.append('order-A', [forged(0, 1), forged(1, 0)])
    const causation = await daybook.causation(ids[1])
    expect(causesOf(causation, {})).toEqual([`event ${ids[0]}`])
    expect(causation?.node.effects).toEqual([])
    expect(causesOf(await daybook.causation(ids[0]), {})).toEqual([])
  })

  test('says so when more belongs together than was to be read', async () => {
    await using daybook = await open('memory:')
    const ids = await execute(daybook, 'A', { commandId: 'c1' }, 12)
    expect(await daybook.causation('c1', { limit: 12 })).toMatchObject({ isTruncated: false })
    const some = await daybook.causation('c1', { limit: 5 })
    expect(some).toMatchObject({ isTruncated: true, node: { kind: 'command' } })
    expect(some?.node.effects.map(({ id }) => id)).toEqual(ids.slice(0, 5))
    const last = await daybook.causation(ids[11] ?? '', { limit: 5 })
    expect(last).toMatchObject({ isTruncated: true, causes: [{ kind: 'command', id: 'c1' }] })
  })

  test('of a long chain is whole', async () => {
    await using daybook = await open('memory:')
    let cause = ''
    for (let n = 0; n < 3_000; n++) {
      const options = { correlationId: 'long', ...(cause === '' ? {} : { causationId: cause }) }
      const metadata = { command: 'Forged', ...options }
      const { events } = await daybook.append(`order-${n}`, Placed({ n }, { metadata }))
      cause = events[0]?.id ?? ''
    }
    expect((await daybook.causation(cause))?.causes).toHaveLength(2_999)
  })
})
