import { openNats } from '../../src/stores/nats/index.ts'
import { describeOnNats, useNats } from '../support/nats.ts'
import { runConformance } from './run-suite.ts'

/**
 * Where copies of the log, their leader and what is on its way between them can matter; the rest is run on one server.
 * The longest races are left to test/nats/cluster-faults.nats.test.ts.
 */
const REPLICATED =
  /^(?!.*(200 times|happen that are given|expect each other))(append|repeated append|event ids|expected version|multi-stream append|condition|tail|command ids|checkpoints|leases) ›|^boundary › gives|^ordering › .*(round 1|half|part)/

describeOnNats('conformance', () => {
  const nats = useNats({ nodes: 3 })
  runConformance('NATS JetStream, a cluster of three', () => openNats(nats.url), REPLICATED)
})
