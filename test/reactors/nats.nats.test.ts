import { open } from 'daybook'
import { describeOnNats, useNats } from '../support/nats.ts'
import { describeReactors } from './reactors-on-any-engine.ts'
import { describeSharedReactors } from './shared-reactors.ts'

describeOnNats('on NATS JetStream', () => {
  const nats = useNats()
  describeReactors((options) => open(nats.url, options))
  describeSharedReactors((options) => open(nats.url, options))
})
