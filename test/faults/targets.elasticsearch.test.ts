import { describe, expect, inject } from 'vitest'
import { useTestDatabase } from '../support/postgres.ts'
import { describeOnSearch } from '../support/search.ts'
import { totals } from './target-moves.ts'
import { describeTargetFaults } from './targets.ts'

describe.skipIf(inject('postgres') === null || inject('search') === null)('Elasticsearch targets', () => {
  const database = useTestDatabase()

  describeOnSearch((server) => {
    describeTargetFaults(() => ({
      address: { kind: 'elasticsearch', url: server.url, prefix: server.prefix },
      storeUrl: database.url,
      async rewind(log) {
        const control = `${server.url}/${encodeURIComponent(`${server.prefix}~control`)}`
        const query = { query: { term: { generation: await findGeneration(control, log) } } }
        const response = await fetch(`${control}/_search`, { method: 'POST', ...json(query) })
        const { hits } = (await response.json()) as { hits: { hits: { _id: string }[] } }
        expect(hits.hits).toHaveLength(1)
        for (const { _id } of hits.hits) {
          await fetch(`${control}/_doc/${encodeURIComponent(_id)}`, { method: 'DELETE' })
        }
      },
    }))
  })
})

async function findGeneration(control: string, log: string): Promise<string> {
  await fetch(`${control}/_refresh`, { method: 'POST' })
  const response = await fetch(`${control}/_search?size=100`)
  const { hits } = (await response.json()) as { hits: { hits: { _source: Record<string, string> }[] } }
  const found = hits.hits.find(({ _source: { generation, readModel, ...rest } }) => {
    return generation !== undefined && readModel === totals.name && rest.log === log
  })
  return found?._source.generation ?? ''
}

function json(body: object) {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
