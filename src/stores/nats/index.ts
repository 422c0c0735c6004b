import { DaybookError } from '../../errors/index.ts'
import type { EventStore } from '../../store/index.ts'
import type { NatsOptions } from './nats-store.ts'

/**
 * Opens the store on a NATS server, or on a cluster of them: `nats://user:password@host:4222,host:4222/prefix`, with
 * `tls://` over TLS. A user alone is a token; `?creds=FILE` names a file of credentials, `?replicas=3` how many copies a
 * new log gets. docs/nats.md says what is where, and what is promised.
 *
 * @throws `missing-driver`, `invalid-argument`, `connection-lost`, `access-refused`, `server-too-old`
 */
export async function openNats(url: string, options: NatsOptions = {}): Promise<EventStore> {
  return await (await importStore()).openNatsStore(url, options)
}

/** @throws `missing-driver` */
async function importStore() {
  try {
    return await import('./nats-store.ts')
  } catch (cause) {
    if (!isMissingDriver(cause)) throw cause
    const driver = '@nats-io/transport-node, @nats-io/jetstream, @nats-io/kv'
    const install = 'npm install @nats-io/transport-node @nats-io/jetstream @nats-io/kv'
    const message = `nats:// needs the packages ${driver}, and not all of them are installed. Run: ${install}`
    throw new DaybookError('missing-driver', message, { driver, install }, { cause })
  }
}

function isMissingDriver(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_MODULE_NOT_FOUND') return false
  return error.message.includes('@nats-io/')
}
