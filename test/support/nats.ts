/**
 * NATS servers for the tests of a file: those that were given to the run, or some of the file's own.
 *
 *     describeOnNats('append', () => {
 *       const nats = useNats()
 *       test('…', () => open(nats.url))
 *     })
 */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, inject } from 'vitest'
import type { NatsOptions } from './nats-layout.ts'
import { type NatsCluster, startNats } from './nats-server.ts'

/** What a test that needs a server is declared with: skipped, as the run's first line says, where there is none. */
export const describeOnNats = describe.skipIf(inject('nats') === null)

/** The same for tests that start servers of their own, and do them harm. */
export const describeOnOwnNats = describe.skipIf(!inject('canStartNats'))

/** The same, of a release without atomic batches. */
export const describeOnOlderNats = describe.skipIf(!inject('canStartOlderNats'))

/** The servers for the tests of the enclosing `describe` or file; the url may be read when they run. */
export function useNats(options: NatsOptions = {}): { readonly url: string } {
  let cluster: NatsCluster | undefined
  const given = inject('nats')
  // Servers that were given are shared with others: the tests get a prefix of their own there.
  const prefix = `test-${randomBytes(4).toString('hex')}`
  beforeAll(async () => {
    if (given === 'own') cluster = await startNats(options)
  })
  afterAll(() => cluster?.close())
  return {
    get url() {
      if (given !== null && given !== 'own') return `${given.replace(/\/+$/, '')}/${prefix}`
      if (cluster === undefined) throw new Error('The server is started before the first test: read its url in a test.')
      return `${cluster.url}/${prefix}`
    },
  }
}
