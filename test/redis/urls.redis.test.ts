import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { open } from '../../src/open.ts'
import { openRedis } from '../../src/stores/redis/index.ts'
import { Worker } from '../faults/start-worker.ts'
import { hasOpenssl, makeCertificate } from '../support/certificate.ts'
import { findFreePort } from '../support/free-port.ts'
import { describeOnOwnRedis } from '../support/redis.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

const anAppend = { streams: [{ stream: 'account-1', events: [{ type: 'Opened', data: {} }] }] }

describeOnOwnRedis('a redis:// URL', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.close())

  test('names a database by its number, and each is a store of its own', async () => {
    await using zero = await openRedis(server.url)
    await using three = await openRedis(`${server.url}/3`)
    await three.log('main').append(anAppend)
    expect(await zero.log('main').head()).toBe(0)
    expect(await three.log('main').head()).toBe(1)
  })

  test.each([
    'redis://',
    'redis://user:sec%ret@host',
    'redis://localhost/three',
    'redis://localhost/1/2',
    'redis://user:secret@host:port',
  ])('%s is refused without being shown', async (url) => {
    const error = await open(url).catch((cause: Error) => cause)
    expect(error).toMatchObject({ code: 'invalid-argument', details: { argument: 'url' } })
    expect(JSON.stringify([error, String(error)])).not.toMatch(/sec(%25|%)?ret/)
  })

  test('of a server that is not there is said at once, without its password', async () => {
    const url = `redis://user:secret@127.0.0.1:${await findFreePort()}`
    const error = await open(url).catch((cause: Error) => cause)
    expect(error).toMatchObject({ code: 'connection-lost', details: { engine: 'redis', attempts: 1 } })
    expect(JSON.stringify([error, String(error)])).not.toContain('secret')
  })

  test('of a server without functions is refused, and says what is needed', async () => {
    await using old = await startRedis({ settings: { 'rename-command': 'FUNCTION ""' } })
    await expect(openRedis(old.url)).rejects.toMatchObject({ code: 'not-supported', message: /Redis 7/ })
  })
})

describeOnOwnRedis('a rediss:// URL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-tls-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  describe.skipIf(!hasOpenssl)('to a server with a certificate', () => {
    test('reaches it by TLS where the certificate is trusted, and not where it is not', async () => {
      const { key, certificate } = makeCertificate(folder)
      const port = await findFreePort()
      const files = { 'tls-cert-file': certificate, 'tls-key-file': key, 'tls-ca-cert-file': certificate }
      await using server = await startRedis({ settings: { 'tls-port': port, 'tls-auth-clients': 'no', ...files } })
      const url = new URL(server.url.replace('redis:', 'rediss:'))
      url.port = String(port)
      await expect(openRedis(url.href)).rejects.toThrow(/self-signed certificate/)
      process.env.NODE_EXTRA_CA_CERTS = certificate
      const worker = new Worker({ task: 'load', url: url.href, log: 'main', seed: 1 })
      delete process.env.NODE_EXTRA_CA_CERTS
      await worker.untilReady()
      worker.go()
      await worker.until(() => worker.acknowledged.length > 20)
      worker.stop()
      await worker.ended()
      await using store = await openRedis(server.url)
      expect(await store.log('main').head()).toBeGreaterThan(20)
    })
  })
})
