/** Servers that are there, and that a store cannot use: they do not let it in, or it does not trust them. */
import { DaybookError } from '../errors/index.ts'

/** What stands between the store and its server. */
export type AccessProblem = 'login' | 'tls' | 'rights'

const WHAT_TO_DO: Readonly<Record<AccessProblem, readonly [happened: string, next: string]>> = {
  login: ['does not let us in', 'Correct the user, the password, or what else the URL lets us in by.'],
  tls: [
    'cannot be talked to over TLS',
    'See whether it speaks TLS, that its certificate is for the host in the URL, and that this process trusts it: ' +
      'NODE_EXTRA_CA_CERTS names the file of an authority of your own.',
  ],
  rights: ['does not allow what the store needs', 'Give its user the rights that the engine’s page names.'],
}

/** @param cause In its message there is nothing secret. */
export function accessRefused(engine: string, problem: AccessProblem, cause: unknown): DaybookError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const [happened, next] = WHAT_TO_DO[problem]
  const message = `The server of the ${engine} store ${happened} (${reason}). ${next}`
  return new DaybookError('access-refused', message, { engine, problem, reason }, { cause })
}

/** Is this what Node.js says of a handshake that failed, or of a certificate that is not trusted? */
export function isTlsFailure(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && TLS_FAILURE.test(error.code)
}

const TLS_FAILURE =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_CERT_|DEPTH_ZERO_SELF_SIGNED_CERT$|HOSTNAME_MISMATCH$|EPROTO$)/
