/** What the store refuses, and what the servers refuse for it. */

import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDaybookError, open } from 'daybook'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeOnOwnNats } from '../support/nats.ts'
import { type NatsCluster, startNats } from '../support/nats-server.ts'

describeOnOwnNats('a store on NATS', () => {
  let cluster: NatsCluster

  beforeAll(async () => {
    cluster = await startNats({ settings: 'max_payload: 65536' })
  })

  afterAll(() => cluster?.close())

  test('has logs of which the server neither deletes nor purges a message', async () => {
    await using daybook = await open(cluster.url)
    await daybook.append('account-1', { type: 'Opened', data: {} })
    const [node] = cluster.nodes
    await node?.ask(async ({ streams }) => {
      await expect(streams.deleteMessage('daybook_main', 1)).rejects.toThrow('message delete not permitted')
      await expect(streams.purge('daybook_main')).rejects.toThrow('stream purge not permitted')
    })
    expect(await daybook.read().toArray()).toHaveLength(1)
  })

  test('takes events that are larger than a message may be, in one append or many', async () => {
    await using daybook = await open(cluster.url)
    const large = (letter: string) => ({ type: 'Filled', data: letter.repeat(200_000) })
    await daybook.append('large-1', [large('a'), { type: 'Small', data: 1 }, large('b')])
    await daybook.append('large-2', large('é'))
    const lengths = (await daybook.read({ category: 'large' }).toArray()).map(({ data }) => String(data).length)
    expect(lengths).toEqual([200_000, 1, 200_000, 200_000])
    expect((await daybook.readStream('large-1', { direction: 'backwards', limit: 1 }).toArray())[0]?.version).toBe(3)
    const { position } = await daybook.append('large-1', large('c'), { expectedVersion: 3 })
    expect((await daybook.read({ after: position - 1 }).toArray())[0]?.data).toBe('c'.repeat(200_000))
  })

  test('says that a server cannot be reached, or does not let it in, and shows no password', async () => {
    for (const url of ['nats://ada:secret@127.0.0.1:1', cluster.url.replace(/:[^:@]*@/, ':secret@')]) {
      const error = await open(url).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(isDaybookError(error)).toBe(true)
      expect(String(error)).not.toContain('secret')
      expect(JSON.stringify(error)).not.toContain('secret')
    }
    await expect(open('nats://ada:secret@127.0.0.1:1')).rejects.toMatchObject({ code: 'connection-lost' })
  })

  test('refuses a URL that says what nobody understands', async () => {
    for (const end of ['/a.b', '/?replicas=2', '/?replica=3']) {
      await expect(open(`${cluster.url}${end}`)).rejects.toMatchObject({ code: 'invalid-argument' })
    }
  })

  test('refuses where durability is required to keep logs with one copy', async () => {
    await expect(open(cluster.url, { requireDurable: true })).rejects.toMatchObject({
      code: 'not-durable',
      details: { engine: 'nats', risk: 'DAYBOOK_NATS_ONE_COPY' },
    })
  })

  test('reads credentials from a file', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'daybook-creds-')), 'user.creds')
    await writeFile(file, 'no credentials')
    // Whoever is let in by name and password needs none.
    await expect(open(`nats://${cluster.url.replace(/.*@/, '')}/?creds=${file}`)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('holds none'),
    })
  })

  test('refuses by name a server on which several writers may win at once', async () => {
    await using server = await pretend('2.9.10')
    const error = await open(`nats://127.0.0.1:${server.port}`).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (!isDaybookError(error, 'server-too-old')) throw error
    expect(error.details).toEqual({ engine: 'nats', found: '2.9.10', needed: '2.10' })
  })
})

/** As much of a server as tells its version: those that are refused are not to be had where the tests run. */
async function pretend(version: string) {
  const info = {
    server_id: 'old',
    version,
    proto: 1,
    host: '127.0.0.1',
    headers: true,
    max_payload: 1_048_576,
    jetstream: true,
  }
  const server = createServer((socket) => {
    socket.on('error', () => {}) // The client goes when it has read the version.
    socket.write(`INFO ${JSON.stringify(info)}\r\n`)
    socket.on('data', (data) => {
      if (data.includes('PING')) socket.write('PONG\r\n')
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' ? address?.port : 0,
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}
