import { describe, test } from 'vitest'
import { canStartSearch } from '../support/search.ts'
import { startSearch } from '../support/search-server.ts'
import { SEED, TIMEOUT_MS } from './seed.ts'
import { assertOutlivesServer } from './targets.ts'

const product = canStartSearch('opensearch') ? 'opensearch' : 'elasticsearch'

describe.skipIf(!canStartSearch(product))(
  `${product} targets whose server is killed (DAYBOOK_SEED=${SEED})`,
  { timeout: TIMEOUT_MS },
  () => {
    test('are the fold of the log when it is back', async () => {
      await using server = await startSearch(product)
      const address = { kind: 'elasticsearch', url: server.url, prefix: 'daybook' } as const
      const restart = async () => {
        await server.kill()
        await server.start()
      }
      await assertOutlivesServer(address, { rounds: 1, restart })
    })
  },
)
