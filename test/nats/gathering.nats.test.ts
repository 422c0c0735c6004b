/** Appends of one moment share a batch on the server, and nothing else: each has its own answer. */
import { type Daybook, open } from 'daybook'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeOnOwnNats } from '../support/nats.ts'
import { type NatsCluster, startNats } from '../support/nats-server.ts'

const APPENDS = 40
const NUMBERS = Array.from({ length: APPENDS }, (_, number) => number)

describeOnOwnNats('appends of one moment', () => {
  let cluster: NatsCluster

  beforeAll(async () => {
    cluster = await startNats({ nodes: 3 })
  })

  afterAll(() => cluster?.close())

  /** Of the log's messages, in order: which batch each came with. */
  async function readBatches(prefix: string): Promise<string[]> {
    const batches = await cluster.nodes[0]?.ask(async ({ streams }) => {
      const stream = `${prefix}_main`
      const { state } = await streams.info(stream)
      const asking = Array.from({ length: state.last_seq }, (_, place) =>
        streams.getMessage(stream, { seq: place + 1 }),
      )
      return (await Promise.all(asking)).map((message) => message?.header.get('Nats-Batch-Id') ?? '')
    })
    return batches ?? []
  }

  function appendTo(daybook: Daybook, stream: string, data: unknown, expectedVersion: 'none' | number = 'none') {
    return daybook.append(stream, { type: 'Counted', data }, { expectedVersion })
  }

  // The copies of a log agree on one time for a batch; where there is one copy, each message has its own.
  describe.each([1, 3])('to a log of %i copies', (replicas) => {
    const prefix = `copies-${replicas}`
    const openIt = () => open(`${cluster.url}/${prefix}?replicas=${replicas}`)

    test('go as one batch, and say of each event what readers see', async () => {
      await using daybook = await openIt()
      await appendTo(daybook, 'count-first', 'first')
      const appended = await Promise.all(NUMBERS.map((number) => appendTo(daybook, `count-${number}`, number)))
      const batches = await readBatches(prefix)
      expect(new Set(batches.slice(1)).size).toBe(1)
      expect(batches[0]).toBe('')
      expect(batches[1]).not.toBe('')
      const seen = (await daybook.read().toArray()).slice(1)
      expect(appended.flatMap(({ events }) => events)).toEqual(seen)
      expect(seen.map(({ data }) => data)).toEqual(NUMBERS)
    })

    test('are each refused or recorded for themselves when one of them is too late', async () => {
      await using daybook = await openIt()
      await using other = await openIt()
      await appendTo(daybook, 'late-1', 'first')
      await appendTo(other, 'late-1', 'of another process', 1)
      const head = await daybook.head()
      const settled = await Promise.allSettled(
        NUMBERS.map((number) =>
          number === 7 ? appendTo(daybook, 'late-1', 'too late', 1) : appendTo(daybook, `after-${number}`, number),
        ),
      )
      const refused = settled.filter(({ status }) => status === 'rejected')
      const details = { stream: 'late-1', expected: 1, actual: 2 }
      expect(refused).toMatchObject([{ reason: { code: 'version-conflict', details } }])
      const recorded = await daybook.read({ after: head }).toArray()
      expect(recorded.map(({ data }) => data).sort()).toEqual(NUMBERS.filter((number) => number !== 7).sort())
    })
  })
})
