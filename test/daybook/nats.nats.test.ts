import { open } from 'daybook'
import { describeWithin } from '../commands/within-on-any-engine.ts'
import { describeOnNats, useNats } from '../support/nats.ts'
import { describeDaybook } from './on-any-engine.ts'

describeOnNats('on NATS JetStream', () => {
  const nats = useNats()
  describeDaybook((options) => open(nats.url, options))
  describeWithin((options) => open(nats.url, options))
})
