import { randomBytes } from 'node:crypto'
import { open } from 'daybook'
import { elasticsearchTargets } from 'daybook/elasticsearch'
import { describeQuarantine } from '../projections/quarantine-on-any-engine.ts'
import { describeOnAnySearch, useAnySearch } from '../support/search.ts'
import { describeRebuild } from './describe-rebuild.ts'
import { describeSwap } from './describe-swap.ts'

// That both products do the same is what the target's own tests are about.
describeOnAnySearch('in Elasticsearch or OpenSearch', () => {
  const server = useAnySearch()

  const openDaybook: Parameters<typeof describeRebuild>[0] = (options) => {
    const prefix = `${server.prefix}-${randomBytes(4).toString('hex')}`
    const targets = elasticsearchTargets({ url: server.url, prefix })
    return open('memory:', { ...options, instruments: { targets: () => targets } })
  }
  describeRebuild(openDaybook)
  describeSwap({ openDaybook, events: 1_000 })
  describeQuarantine(openDaybook)
})
