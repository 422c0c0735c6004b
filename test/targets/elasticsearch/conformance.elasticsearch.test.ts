import { describe } from 'vitest'
import { elasticsearchTargets } from '../../../src/targets/elasticsearch/index.ts'
import { describeOnSearch } from '../../support/search.ts'
import { describeTargets } from '../describe-targets.ts'

describeOnSearch((server) => {
  // The server makes each index durable before it says that it is there: several cases can wait for that at once.
  describe.concurrent('', () => {
    describeTargets(() => elasticsearchTargets({ url: server.url, prefix: server.prefix }))
  })
})
