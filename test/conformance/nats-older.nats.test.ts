import { afterAll, beforeAll } from 'vitest'
import { openNats } from '../../src/stores/nats/index.ts'
import { describeOnOlderNats } from '../support/nats.ts'
import { type NatsCluster, startNats } from '../support/nats-server.ts'
import { runConformance } from './run-suite.ts'

/** Where it matters that an append is one message, and that messages are asked for one by one. */
const WITHOUT_BATCHES =
  /^(?!.*200 times)(append|repeated append|expected version|boundary|ordering|reading a|a reader|streams|import|tail|lifetime) ›/

describeOnOlderNats('conformance', () => {
  let server: NatsCluster
  beforeAll(async () => {
    server = await startNats({ isOlder: true })
  })
  afterAll(() => server?.close())

  runConformance('NATS JetStream without atomic batches', () => openNats(server.url), WITHOUT_BATCHES)
})
