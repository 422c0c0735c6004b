import assert from 'node:assert/strict'
import type { RecordedEvent } from '../../events/index.ts'
import type { EventLog } from '../../store/index.ts'
import { assertInOrder } from './assertions.ts'
import { anEvent, append, range, someEvents } from './builders.ts'
import { fact, factGiven, topic } from './conformance-case.ts'
import { assertExplains, writeAtRandom } from './histories.ts'

/** Reads what is new, again and again, until `work` is done; then the rest. */
async function pollWhile(log: EventLog, work: Promise<unknown>): Promise<RecordedEvent[]> {
  let working = true
  const settled = () => {
    working = false
  }
  work.then(settled, settled)
  const seen: RecordedEvent[] = []
  for (;;) {
    const last = !working
    for await (const event of log.read({ after: seen.at(-1)?.position ?? 0 })) seen.push(event)
    if (last) return seen
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function tailUntil(log: EventLog, work: Promise<unknown>): Promise<RecordedEvent[]> {
  const controller = new AbortController()
  const seen: RecordedEvent[] = []
  const tailing = (async () => {
    for await (const event of log.tail({ signal: controller.signal, pollIntervalMs: 20 })) seen.push(event)
  })()
  await work
  const head = await log.head()
  while ((seen.at(-1)?.position ?? 0) < head) await new Promise((resolve) => setTimeout(resolve, 2))
  controller.abort()
  await tailing
  return seen
}

export const orderingCases = topic('ordering', [
  ...range(1, 5).map((round) =>
    fact('order', `explains every answer of 12 random writers, round ${round}`, async ({ log, store, random }) => {
      const writing = writeAtRandom(log, {
        random,
        writers: 12,
        appendsPerWriter: 25,
        multiStream: store.capabilities.multiStream,
      })
      const [attempts, polled, tailed] = await Promise.all([writing, pollWhile(log, writing), tailUntil(log, writing)])
      const events = await log.read().toArray()
      assertExplains(events, attempts, store.capabilities.gaplessPositions)
      assert.deepEqual(polled, events, 'a poll never sees a later event before an earlier one')
      assert.deepEqual(tailed, events, 'nor does a tail')
    }),
  ),
  fact('order', 'shows a reader at work nothing out of order, and no append in half', async ({ log, store }) => {
    const work = Promise.all(
      range(1, 40).map(async (writer) => {
        for (const _ of range(1, 10)) await append(log, `account-${writer}`, someEvents(3))
      }),
    )
    const seen = await pollWhile(log, work)
    assertInOrder(seen, store.capabilities.gaplessPositions)
    assert.equal(seen.length, 1_200)
  }),
  factGiven('multiStream', 'atomic', 'never shows a part of an append to a reader at work', async ({ log }) => {
    const streams = ['left-1', 'right-1'].map((stream) => ({ stream, events: someEvents(2) }))
    let working = true
    const work = Promise.all(range(1, 150).map(() => log.append({ streams }))).finally(() => {
      working = false
    })
    while (working) {
      const [last] = await log.read({ direction: 'backwards', limit: 1 }).toArray()
      if (last !== undefined) assert.deepEqual([last.stream.name, last.version % 2], ['right-1', 0])
      await new Promise((resolve) => setImmediate(resolve))
    }
    await work
  }),
  fact('order', 'never lets the clock go back', async ({ log }) => {
    const writers = range(1, 16).map(async (writer) => {
      for (const _ of range(1, 20)) await append(log, `account-${writer % 3}`, anEvent())
    })
    await Promise.all(writers)
    const events = await log.read().toArray()
    assert.ok(events.every((event, place) => event.recordedAt >= (events[place - 1] ?? event).recordedAt))
    assert.ok(events.every((event) => Number.isInteger(event.recordedAt.getTime())))
  }),
])
