import { importLines } from 'daybook'
import { describe, expect, test } from 'vitest'
import { openMemory } from '../../src/store/index.ts'
import { inSmallPieces } from './describe-moving.ts'

const GOOD = '{"stream":"a-1","type":"Noted","data":{"n":1}}'

/** Each is bad in one way; the message says which. */
const BAD: readonly (readonly [name: string, line: string | Uint8Array, problem: RegExp])[] = [
  ['half a line', '{"stream":"a-1","type":"No', /no event as JSON/],
  ['no object', '[1]', /it is not an object/],
  ['a field that is misspelt', '{"stream":"a-1","typ":"Noted","data":1}', /"typ"/],
  ['a key with a meaning of its own', '{"__proto__":1,"stream":"a-1","type":"Noted","data":1}', /__proto__/],
  ['no stream', '{"type":"Noted","data":1}', /stream/],
  ['no data', '{"stream":"a-1","type":"Noted"}', /data/],
  ['a version that is no number', '{"stream":"a-1","version":"1","type":"Noted","data":1}', /version/],
  ['a time without a zone', '{"stream":"a-1","type":"Noted","data":1,"recordedAt":"2026-03-31T12:00:00"}', /zone/],
  ['a time that is none', '{"stream":"a-1","type":"Noted","data":1,"recordedAt":"2026-13-31T12:00:00Z"}', /zone/],
  ['a NUL in its data', '{"stream":"a-1","type":"Noted","data":"\\u0000"}', /U\+0000/],
  ['a lone surrogate', '{"stream":"a-1","type":"Noted","data":"\\ud800"}', /surrogate/],
  ['an id that is no UUID', '{"stream":"a-1","type":"Noted","data":1,"id":"7"}', /UUID/],
  ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0xfe, 0x22]), /UTF-8/],
  ['a CloudEvent of another version', '{"specversion":"0.3","id":"1","type":"a","source":"s"}', /specversion/],
  ['a CloudEvent of bytes', '{"specversion":"1.0","id":"1","type":"a","source":"s","data_base64":"AA=="}', /base64/],
]

describe('import', () => {
  for (const [name, line, problem] of BAD) {
    test(`refuses ${name}, with its line, and keeps nothing of its batch`, async () => {
      const log = openMemory().log('main')
      const bytes = Buffer.concat([Buffer.from(`${GOOD}\r\n\n`), Buffer.from(line), Buffer.from('\n')])
      const importing = importLines(
        log,
        (async function* () {
          yield bytes
        })(),
      )
      await expect(importing).rejects.toMatchObject({ code: 'invalid-line', details: { line: 3 } })
      await expect(importing).rejects.toThrow(problem)
      expect(await log.head()).toBe(0)
    })
  }

  test('takes a file of another program: with carriage returns, a byte order mark, and no end of its last line', async () => {
    const log = openMemory().log('main')
    const text = `\u{FEFF}${GOOD}\r\n${GOOD}`
    expect(await importLines(log, inSmallPieces(text))).toMatchObject({ events: 2, position: 2 })
  })

  test('refuses a line without an end before it fills the memory', async () => {
    const log = openMemory().log('main')
    const endless = (async function* () {
      for (;;) yield Buffer.alloc(1_048_576, 'a')
    })()
    await expect(importLines(log, endless)).rejects.toMatchObject({ code: 'invalid-line', details: { line: 1 } })
  })

  test('reads the CloudEvents of somebody else, with nothing but what they must have', async () => {
    const log = openMemory().log('main')
    const id = '018f3c1e-0000-7000-8000-000000000001'
    const line = JSON.stringify({
      specversion: '1.0',
      id,
      source: '/shop',
      type: 'Paid',
      subject: 'order-7',
      data: { n: 1 },
    })
    await importLines(log, inSmallPieces(line))
    expect(await log.read().toArray()).toMatchObject([
      { id, type: 'Paid', stream: { name: 'order-7' }, data: { n: 1 } },
    ])
  })

  test('gives CloudEvents whose ids are no UUIDs ids of their own, the same when they come again', async () => {
    const log = openMemory().log('main')
    const ids = ['A234-1234-1234', '018F3C1E-0000-7000-8000-000000000001', '018f3c1e-0000-7000-8000-000000000001']
    const lines = ['/shop', '/other'].flatMap((source) => {
      return ids.map((id) =>
        JSON.stringify({ specversion: '1.0', id, source, type: 'Paid', subject: 'order-7', data: 1 }),
      )
    })
    const text = lines.slice(0, 5).join('\n')
    expect(await importLines(log, inSmallPieces(text))).toMatchObject({ events: 5, skipped: 0 })
    expect(await importLines(log, inSmallPieces(text))).toMatchObject({ events: 0, skipped: 5 })
    expect(new Set((await log.read().toArray()).map((event) => event.id)).size).toBe(5)
  })
})
