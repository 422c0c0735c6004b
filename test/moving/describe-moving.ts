/** What copying, comparing, exporting and importing promise, whatever engine is at either end. */
import { Readable } from 'node:stream'
import { compareLogs, copyLog, type EventLog, type EventStore, exportLog, importLines, type NewEvent } from 'daybook'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const TEXT = 'Grüße, 漢字, 🙂, "quotes" \\ and \t tabs'

/** `count` events in turn over some streams, of several types, with everything that an event can have. */
export async function fill(log: EventLog, count: number, first = 1): Promise<void> {
  for (let n = first; n < first + count; n++) {
    const event: NewEvent = {
      type: n % 3 === 0 ? 'Closed' : 'Noted',
      data: { n, text: TEXT, nested: { list: [null, true, n / 7] } },
      schemaVersion: 1 + (n % 2),
      metadata: { correlationId: `request-${n}`, actor: 'Ada' },
      tags: n % 4 === 0 ? [`n:${n}`, 'fourth'] : [],
    }
    await log.append({ streams: [{ stream: `thing-${n % 5}`, events: [event] }] })
  }
}

export function describeMoving(name: string, open: () => Promise<EventStore>): void {
  describe(name, () => {
    let stores: EventStore[]
    let count = 0
    beforeAll(async () => {
      stores = [await open(), await open()]
    })
    afterAll(async () => {
      for (const store of stores) await store.close()
    })

    /** Two logs in two stores, that nobody else has. */
    function twoLogs(): [EventLog, EventLog] {
      const log = `moving-${++count}`
      const [one, other] = stores.map((store) => store.log(log))
      if (one === undefined || other === undefined) throw new Error('Two stores are open.')
      return [one, other]
    }

    describe('copy', () => {
      test('brings over order, ids, versions, times, metadata and tags', async () => {
        const [from, to] = twoLogs()
        await fill(from, 40)
        const seen: number[] = []
        expect(await copyLog(from, to, { onProgress: ({ copied }) => seen.push(copied) })).toBe(40)
        expect(await withoutPositions(to)).toEqual(await withoutPositions(from))
        expect(seen.at(-1)).toBe(40)
        const comparison = await compareLogs(from, to)
        expect(comparison).toMatchObject({ same: true, events: 40 })
        expect(comparison.same && comparison.digest).toMatch(/^[0-9a-f]{64}$/)
      })

      test('goes on where the destination stands, and has nothing to do the next time', async () => {
        const [from, to] = twoLogs()
        await fill(from, 10)
        await copyLog(from, to)
        await fill(from, 7, 11)
        expect(await copyLog(from, to)).toBe(7)
        expect(await copyLog(from, to)).toBe(0)
        expect(await compareLogs(from, to)).toMatchObject({ same: true, events: 17 })
      })

      test('refuses a destination that holds anything else, and writes nothing', async () => {
        const [from, to] = twoLogs()
        await fill(from, 10)
        await fill(to, 1)
        await expect(copyLog(from, to)).rejects.toMatchObject({
          code: 'logs-differ',
          details: { stream: 'thing-1', version: 1 },
        })
        expect(await to.read().toArray()).toHaveLength(1)
      })

      test('follows what is recorded later, and ends when it is aborted', async () => {
        const [from, to] = twoLogs()
        await fill(from, 10)
        const ending = new AbortController()
        const copying = copyLog(from, to, {
          follow: true,
          signal: ending.signal,
          onProgress: ({ copied }) => copied === 30 && ending.abort(),
        })
        await fill(from, 20, 11)
        expect(await copying).toBe(30)
        expect(await compareLogs(from, to)).toMatchObject({ same: true, events: 30 })
      })

      test('of nothing is nothing', async () => {
        const [from, to] = twoLogs()
        expect(await copyLog(from, to)).toBe(0)
        expect(await compareLogs(from, to)).toMatchObject({ same: true, events: 0 })
      })
    })

    describe('compare', () => {
      test('names the first event that differs, and the field', async () => {
        const [from, to] = twoLogs()
        await fill(from, 10)
        const events = await from.read().toArray()
        const altered = events.map((event) => ({
          ...event,
          stream: event.stream.name,
          ...(event.position === events[6]?.position ? { data: { n: 7, text: 'altered' } } : {}),
        }))
        await to.import(altered)
        const comparison = await compareLogs(from, to)
        expect(comparison).toMatchObject({ same: false, events: 6, field: 'data' })
        expect(!comparison.same && comparison.difference.map((event) => event?.id)).toEqual([
          events[6]?.id,
          events[6]?.id,
        ])
      })

      test('names what one of them lacks at its end', async () => {
        const [from, to] = twoLogs()
        await fill(from, 5)
        await copyLog(from, to)
        await fill(from, 1, 6)
        const [last] = await from.read({ direction: 'backwards', limit: 1 }).toArray()
        expect(await compareLogs(from, to)).toMatchObject({
          same: false,
          events: 5,
          difference: [{ id: last?.id }, undefined],
        })
        expect(await compareLogs(to, from)).toMatchObject({
          same: false,
          events: 5,
          difference: [undefined, { id: last?.id }],
        })
      })
    })

    describe('export and import', () => {
      for (const format of ['daybook', 'cloudevents'] as const) {
        test(`in the form ${format}, bring everything back`, async () => {
          const [from, to] = twoLogs()
          await fill(from, 40)
          const text = await toText(from, format)
          expect(await importLines(to, inSmallPieces(text))).toMatchObject({ events: 40, skipped: 0 })
          expect(await withoutPositions(to)).toEqual(await withoutPositions(from))
          expect(await compareLogs(from, to)).toMatchObject({ same: true, events: 40 })
        })
      }

      test('given again, go on where they were', async () => {
        const [from, to] = twoLogs()
        await fill(from, 10)
        await importLines(to, inSmallPieces(await toText(from)))
        await fill(from, 5, 11)
        expect(await importLines(to, inSmallPieces(await toText(from)))).toMatchObject({ events: 5, skipped: 10 })
        expect(await importLines(to, inSmallPieces(await toText(from)))).toMatchObject({ events: 0, skipped: 15 })
        expect(await compareLogs(from, to)).toMatchObject({ same: true, events: 15 })
      })

      test('refuse a file that parts from the log after its beginning', async () => {
        const [from, to] = twoLogs()
        await fill(from, 3)
        await importLines(to, inSmallPieces(await toText(from)))
        await fill(to, 1)
        await fill(from, 1, 4)
        await expect(importLines(to, inSmallPieces(await toText(from)))).rejects.toMatchObject({
          code: 'invalid-line',
          details: { line: 4 },
        })
      })

      test('refuse a line that the store refuses, by its number in the file', async () => {
        const [, to] = twoLogs()
        const lines = ['{"stream":"a-1","type":"Noted","data":1}', '', '{"stream":"a-1","type":"","data":2}']
        await expect(importLines(to, inSmallPieces(lines.join('\n')))).rejects.toMatchObject({
          code: 'invalid-line',
          details: { line: 3 },
        })
        expect(await to.head()).toBe(0)
      })

      test('refuse a version that the event would not get', async () => {
        const [, to] = twoLogs()
        const lines = [1, 2, 4].map((version) =>
          JSON.stringify({ stream: 'a-1', version, type: 'Noted', data: version }),
        )
        await expect(importLines(to, inSmallPieces(lines.join('\n')))).rejects.toMatchObject({
          code: 'invalid-line',
          details: { line: 3 },
        })
      })
    })
  })
}

async function withoutPositions(log: EventLog): Promise<unknown[]> {
  return (await log.read().toArray()).map(({ position: _, ...event }) => event)
}

async function toText(log: EventLog, format: 'daybook' | 'cloudevents' = 'daybook'): Promise<string> {
  let text = ''
  for await (const lines of exportLog(log, { format })) text += `${lines.join('\n')}\n`
  return text
}

/** Of seven bytes: characters and lines are cut wherever it hurts. */
export function inSmallPieces(text: string): AsyncIterable<Uint8Array> {
  const bytes = Buffer.from(text)
  const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, n) => bytes.subarray(n * 7, n * 7 + 7))
  return Readable.from(pieces)
}
