/** Who is let in by a server, and who is not: nothing of what lets them in is ever shown. */
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { credsAuthenticator } from '@nats-io/transport-node'
import { open } from 'daybook'
import { afterAll, describe, expect, test } from 'vitest'
import { Worker } from '../faults/start-worker.ts'
import { hasOpenssl, makeCertificate } from '../support/certificate.ts'
import { describeOnOwnNats } from '../support/nats.ts'
import { makeCredentials } from '../support/nats-credentials.ts'
import { startNats } from '../support/nats-server.ts'

const TOKEN = 's3cr/t@x'
const AS_TOKEN = `${encodeURIComponent(TOKEN)}@`

/** Why it is refused: checked to show nothing secret. */
async function refusal(url: string, secret: string): Promise<Error> {
  const error = await open(url).then(
    async (daybook) => {
      await daybook.close()
      throw new Error(`${url} is let in.`)
    },
    (reason: Error) => reason,
  )
  const shown = JSON.stringify([error, String(error), error.stack, String(error.cause)])
  expect(shown).not.toContain(secret)
  expect(shown).not.toContain(encodeURIComponent(secret))
  return error
}

function refusedFor(problem: 'login' | 'tls' | 'rights') {
  return { code: 'access-refused', details: { engine: 'nats', problem } }
}

async function appendOne(url: string): Promise<void> {
  await using daybook = await open(url)
  await daybook.append('account-1', { type: 'Opened', data: {} })
  expect(await daybook.streamVersion('account-1')).toBeGreaterThan(0)
}

describeOnOwnNats('a nats:// URL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-login-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('lets in by a token, escaped as it must be, and by no other', async () => {
    const access = { settings: `authorization { token: "${TOKEN}" }`, connection: { token: TOKEN } }
    await using server = await startNats({ access })
    const host = server.url.replace('nats://', '')
    await appendOne(`nats://${AS_TOKEN}${host}`)
    expect(await refusal(`nats://an${AS_TOKEN}${host}`, TOKEN)).toMatchObject(refusedFor('login'))
    expect(await refusal(`nats://s3cr%t@${host}`, 's3cr')).toMatchObject({ code: 'invalid-argument' })
  })

  test('lets in by a file of credentials, and by none that it does not know or cannot read', async () => {
    const [known, unknown] = [makeCredentials(), makeCredentials()]
    const connection = { authenticator: credsAuthenticator(Buffer.from(known.file)) }
    await using server = await startNats({ access: { settings: known.settings, connection } })
    const files = { known: known.file, unknown: unknown.file }
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
    await appendOne(`${server.url}?creds=${join(folder, 'known')}`)
    const [, seed = ''] = /SEED-----\n(\w+)/.exec(unknown.file) ?? []
    expect(seed).not.toBe('')
    expect(await refusal(`${server.url}?creds=${join(folder, 'unknown')}`, seed)).toMatchObject(refusedFor('login'))
    await expect(open(`${server.url}?creds=${join(folder, 'missing')}`)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('ENOENT'),
    })
  })

  test('lets in by user and password, and by no other', async () => {
    const settings = 'authorization { user: ada, password: "pass word" }'
    await using server = await startNats({ access: { settings, connection: { user: 'ada', pass: 'pass word' } } })
    const host = server.url.replace('nats://', '')
    await appendOne(`nats://ada:pass%20word@${host}`)
    for (const login of ['ada:another%20word@', '']) {
      expect(await refusal(`nats://${login}${host}`, 'another word')).toMatchObject(refusedFor('login'))
    }
  })

  test('lets in a user without the rights that the store needs, and says which is missing', async () => {
    const users = [
      user('ada', '">"'),
      user('api', '["daybook.>", "$KV.>"]'),
      user('subjects', '["$JS.API.>", "$KV.>"]'),
    ]
    const settings = `accounts {
      open { jetstream: enabled, users: [${users.join(', ')}] }
      bare { users: [{ user: bare, password: word }] }
    }`
    await using server = await startNats({ access: { settings, connection: { user: 'ada', pass: 'word' } } })
    const host = server.url.replace('nats://', '')
    await appendOne(`nats://ada:word@${host}`)
    const reasons = {
      api: /"\$JS\.API\.INFO"/,
      subjects: /"daybook\.main\.e\.account\.1"/,
      bare: /not enabled for account/,
    }
    for (const [name, message] of Object.entries(reasons)) {
      const refused = { ...refusedFor('rights'), message: expect.stringMatching(message) }
      await expect(appendOne(`nats://${name}:word@${host}`)).rejects.toMatchObject(refused)
    }
  })

  test('with tls:// is never spoken to in the clear', async () => {
    const access = { settings: `authorization { token: "${TOKEN}" }`, connection: { token: TOKEN } }
    await using server = await startNats({ access })
    const url = server.url.replace('nats://', `tls://${AS_TOKEN}`)
    expect(await refusal(url, TOKEN)).toMatchObject({
      ...refusedFor('tls'),
      message: expect.stringContaining("does not support 'tls'"),
    })
  })

  describe.skipIf(!hasOpenssl)('to a server with a certificate', () => {
    test('reaches it by TLS where the certificate is trusted, and not where it is not', async () => {
      const { key, certificate } = makeCertificate(folder)
      const settings = `authorization { token: "${TOKEN}" }, tls { cert_file: "${certificate}", key_file: "${key}" }`
      await using server = await startNats({
        access: { settings, connection: { token: TOKEN, tls: { caFile: certificate } } },
      })
      const url = server.url.replace('nats://', `tls://${AS_TOKEN}`)
      // Also where the URL leaves it to the server whether to speak TLS.
      for (const untrusted of [url, url.replace('tls://', 'nats://')]) {
        expect(await refusal(untrusted, TOKEN)).toMatchObject({
          ...refusedFor('tls'),
          message: expect.stringMatching(/self-signed certificate.*NODE_EXTRA_CA_CERTS/),
        })
      }
      process.env.NODE_EXTRA_CA_CERTS = certificate
      const worker = new Worker({ task: 'load', url, log: 'main', seed: 1 })
      delete process.env.NODE_EXTRA_CA_CERTS
      await worker.untilReady()
      worker.go()
      await worker.until(() => worker.acknowledged.length > 20)
      worker.stop()
      await worker.ended()
    })
  })
})

function user(name: string, publish: string): string {
  return `{ user: ${name}, password: word, permissions: { publish: ${publish}, subscribe: ">" } }`
}
