import { openNats } from '../../src/stores/nats/index.ts'
import { describeOnNats, useNats } from '../support/nats.ts'
import { runConformance } from './run-suite.ts'

describeOnNats('conformance', () => {
  const nats = useNats()
  runConformance('NATS JetStream, one server', () => openNats(nats.url))
})
