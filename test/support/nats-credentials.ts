/** An operator with an account, and a user of it who signs in with a file of credentials, as `nsc` makes them. */
import { nkeys } from '@nats-io/transport-node'

type Signer = ReturnType<typeof nkeys.createOperator>

const UNLIMITED = { subs: -1, data: -1, payload: -1 }
const ACCOUNT_LIMITS = { ...UNLIMITED, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 }
const STORAGE_LIMITS = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 }

/** What lets the user in, and the text of the file that the user has. */
export function makeCredentials(): { readonly settings: string; readonly file: string } {
  const [operator, system, account, user] = [
    nkeys.createOperator(),
    nkeys.createAccount(),
    nkeys.createAccount(),
    nkeys.createUser(),
  ]
  const limits = { ...ACCOUNT_LIMITS, ...STORAGE_LIMITS }
  const preloaded = [
    `${system.getPublicKey()}: ${sign(operator, system, { type: 'account', limits: ACCOUNT_LIMITS })}`,
    `${account.getPublicKey()}: ${sign(operator, account, { type: 'account', limits })}`,
  ]
  const settings = `
    operator: ${sign(operator, operator, { type: 'operator', system_account: system.getPublicKey() })}
    resolver: MEMORY
    resolver_preload: { ${preloaded.join(', ')} }`
  const jwt = sign(account, user, { type: 'user', ...UNLIMITED })
  return { settings, file: toFile(jwt, Buffer.from(user.getSeed()).toString()) }
}

/** A claim of `signer` about `subject`. */
function sign(signer: Signer, subject: Signer, nats: Readonly<Record<string, unknown>>): string {
  const claims = {
    jti: 'x',
    iat: 0,
    iss: signer.getPublicKey(),
    sub: subject.getPublicKey(),
    nats: { version: 2, ...nats },
  }
  const parts = [{ typ: 'JWT', alg: 'ed25519-nkey' }, claims]
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${signed}.${Buffer.from(signer.sign(Buffer.from(signed))).toString('base64url')}`
}

function toFile(jwt: string, seed: string): string {
  return [
    '-----BEGIN NATS USER JWT-----',
    jwt,
    '------END NATS USER JWT------',
    '',
    '-----BEGIN USER NKEY SEED-----',
    seed,
    '------END USER NKEY SEED------',
    '',
  ].join('\n')
}
