import { open } from 'daybook'
import { elasticsearchTargets } from 'daybook/elasticsearch'
import { describeOnSearch } from '../support/search.ts'
import { describeRebuild } from './describe-rebuild.ts'

describeOnSearch((server) => {
  describeRebuild((options) =>
    open('memory:', {
      ...options,
      instruments: { targets: () => elasticsearchTargets({ url: server.url, prefix: server.prefix }) },
    }),
  )
})
