import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { Wire } from '../../../src/targets/elasticsearch/wire.ts'

const PASSWORD = 'correct-horse'
const close: (() => void)[] = []
afterEach(() => {
  for (const each of close.splice(0)) each()
})

/** A server that answers as told, and keeps what it was asked. */
async function answering(...answers: ((response: ServerResponse) => void)[]) {
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    const answer = answers[Math.min(asked.length, answers.length) - 1]
    answer?.(response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  close.push(() => server.close().closeAllConnections())
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

const ok = (response: ServerResponse) => response.end('{"ok":true}')
const status =
  (code: number, body = '{}') =>
  (response: ServerResponse) =>
    response.writeHead(code).end(body)
const call = { method: 'GET', path: '/_search?q=x' } as const

describe('the wire', () => {
  test('asks again when the server is busy, silent, or cuts the answer off', async () => {
    const cut = (response: ServerResponse) => response.writeHead(200, { 'content-length': 99 }).end('{"ok"')
    const silent = () => {}
    const { host, asked } = await answering(status(429), status(503), cut, silent, ok)
    const wire = new Wire({ url: `http://${host}`, requestTimeoutMs: 100 })
    expect(await wire.call(call)).toEqual({ status: 200, body: { ok: true } })
    expect(asked).toHaveLength(5)
  })

  test('authorises by a user and password of the URL, or by an API key', async () => {
    const { host, asked } = await answering(ok)
    await new Wire({ url: `http://ada:p%40ss@${host}/search/` }).call(call)
    await new Wire({ url: `http://${host}`, apiKey: 'a2V5' }).call(call)
    const basic = `Basic ${Buffer.from('ada:p@ss').toString('base64')}`
    expect(asked.map(({ headers }) => headers.authorization)).toEqual([basic, 'ApiKey a2V5'])
    expect(asked.map(({ url }) => url)).toEqual(['/search/_search?q=x', '/_search?q=x'])
  })

  test('names what was refused, and shows no credentials', async () => {
    const body = JSON.stringify({ error: { type: 'security_exception', reason: 'no rights' } })
    const { host } = await answering(status(403, body))
    const asking = new Wire({ url: `http://ada:${PASSWORD}@${host}` }).call(call)
    const failure = await asking.then(
      () => undefined,
      (error: unknown) => error,
    )
    const details = { target: 'elasticsearch', status: 403, reason: 'security_exception: no rights' }
    expect(failure).toMatchObject({ code: 'target-refused', details })
    expect(JSON.stringify(failure) + String(failure)).not.toContain(PASSWORD)
  })

  test('gives up when nobody waits any more', async () => {
    const { host } = await answering(status(503))
    const wire = new Wire({ url: `http://ada:${PASSWORD}@${host}` })
    const asking = wire.call({ ...call, signal: AbortSignal.timeout(100) })
    const failure = await asking.then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ code: 'connection-lost' })
    expect(String(failure)).not.toContain(PASSWORD)
  })

  test.each(['not a url', 'redis://localhost', 'http://'])('refuses the URL %s', (url) => {
    expect(() => new Wire({ url })).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
  })
})
