/** Who is let in by a server, and who is not: nothing of what lets them in is ever shown. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'daybook'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasOpenssl, makeCertificate } from '../support/certificate.ts'
import { findFreePort } from '../support/free-port.ts'
import { describeOnOwnRedis } from '../support/redis.ts'
import { onServer } from '../support/redis-cluster.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

const SECRET = 's3cr/t@x'

function refusedFor(problem: 'login' | 'tls' | 'rights') {
  return { code: 'access-refused', details: { engine: 'redis', problem } }
}

/** Why it is refused: checked to show nothing secret. */
async function refusal(url: string): Promise<Error> {
  const error = await open(url).then(
    async (daybook) => {
      await daybook.close()
      throw new Error('The server lets in whom it should not.')
    },
    (reason: Error) => reason,
  )
  const shown = JSON.stringify([error, String(error), error.stack, error.cause, String(error.cause)])
  expect(shown).not.toContain(SECRET)
  expect(shown).not.toContain(encodeURIComponent(SECRET))
  return error
}

describeOnOwnRedis('a server', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis({ password: 'another' })
    await onServer(server, ['ACL', 'SETUSER', 'nobody', 'on', `>${SECRET}`, '-@all'])
    await onServer(server, [
      'ACL',
      'SETUSER',
      'guest',
      'on',
      `>${SECRET}`,
      '~daybook:*',
      '+@read',
      '+@connection',
      '+info',
    ])
  })
  afterAll(() => server.close())

  function urlOf(login: string, path = ''): string {
    return `redis://${login}${new URL(server.url).host}${path}`
  }
  const secret = encodeURIComponent(SECRET)

  test.each([
    ['a wrong password', `default:${secret}@`],
    ['an unknown user', `somebody:${secret}@`],
    ['no password', ''],
  ])('does not let in %s', async (_, login) => {
    const error = await refusal(urlOf(login))
    expect(error).toMatchObject(refusedFor('login'))
    expect(error.message).toContain('Correct the user, the password')
  })

  test.each(['nobody', 'guest'])('opens no store for %s, who lacks the rights', async (user) => {
    expect(await refusal(urlOf(`${user}:${secret}@`))).toMatchObject(refusedFor('rights'))
  })

  test('has no database of that number', async () => {
    const error = await refusal(urlOf('default:another@', '/99'))
    expect(error).toMatchObject({ code: 'invalid-argument', details: { argument: 'url' } })
    expect(error.message).toContain('names a database that the server does not have')
  })

  test('that lets nobody in any more is named by reads and appends, which are not tried again', async () => {
    await using own = await startRedis({ password: 'another' })
    await using daybook = await open(own.url)
    const anEvent = { type: 'Opened', data: {} }
    await daybook.append('account-1', anEvent)
    await onServer(own, ['CONFIG', 'SET', 'requirepass', 'yet-another'])
    const after = { url: own.url.replace('another', 'yet-another') }
    await onServer(after, ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
    await expect
      .poll(() => daybook.append('account-1', anEvent).catch((error) => error))
      .toMatchObject(refusedFor('login'))
    await expect
      .poll(() => daybook.streamVersion('account-1').catch((error) => error))
      .toMatchObject(refusedFor('login'))
  })

  describe.skipIf(!hasOpenssl)('with a certificate', () => {
    const folder = mkdtempSync(join(tmpdir(), 'daybook-login-'))
    afterAll(() => rmSync(folder, { recursive: true }))

    test('is not talked to where that is not trusted', async () => {
      const { key, certificate } = makeCertificate(folder)
      const port = await findFreePort()
      const files = { 'tls-cert-file': certificate, 'tls-key-file': key, 'tls-ca-cert-file': certificate }
      await using _ = await startRedis({ settings: { 'tls-port': port, 'tls-auth-clients': 'no', ...files } })
      const error = await refusal(`rediss://default:${secret}@127.0.0.1:${port}`)
      expect(error).toMatchObject(refusedFor('tls'))
      expect(error.message).toContain('NODE_EXTRA_CA_CERTS')
    })
  })
})
