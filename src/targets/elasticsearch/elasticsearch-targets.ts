import { Control } from './control.ts'
import { ElasticsearchTarget } from './elasticsearch-target.ts'
import { Indices } from './indices.ts'
import { type Place, toControlIndex, toPlace, toPrefix } from './names.ts'
import type { ElasticsearchOptions, ElasticsearchTargets } from './options.ts'
import { searchRows } from './search.ts'
import { Wire } from './wire.ts'

const BULK_BYTES = 5 * 1_048_576
/** Elasticsearch's own default is a second, or none at all while nobody searches. */
const REFRESH_INTERVAL_MS = 200
const DEFAULT_LOG = 'main'

/**
 * Read models as indices of Elasticsearch 8 or later, or of OpenSearch 2 or later. It holds no connection that would
 * have to be closed.
 *
 * @throws `invalid-argument` for a bad URL or prefix
 * @example
 * const targets = elasticsearchTargets({
 *   url: 'http://127.0.0.1:9200',
 *   mappings: { catalogue: { properties: { description: { type: 'text' } } } },
 * })
 * const projection = await daybook.project(catalogue, { targets })
 */
export function elasticsearchTargets(options: ElasticsearchOptions): ElasticsearchTargets {
  const wire = new Wire(options)
  const prefix = toPrefix(options.prefix)
  const control = new Control(wire, toControlIndex(prefix))
  const toPlaceOf = (readModel: string, log = DEFAULT_LOG) => toPlace(prefix, log, readModel)
  const { bulkBytes = BULK_BYTES, waitForRefresh = false } = options
  return {
    isShared: true,
    isTransactional: false,
    async open(log, readModel) {
      await control.prepare()
      const place = toPlaceOf(readModel, log)
      const indices = new Indices(wire, place, toIndexOptions(options, place))
      return new ElasticsearchTarget({ wire, control, indices, bulkBytes, waitForRefresh }, place)
    },
    aliasOf: (readModel, log) => toPlaceOf(readModel, log).alias,
    search: ({ name }, body, { log, signal } = {}) => searchRows(wire, toPlaceOf(name, log).alias, body, signal),
  }
}

function toIndexOptions(options: ElasticsearchOptions, { readModel }: Place) {
  const { refreshIntervalMs = REFRESH_INTERVAL_MS, mappings = {}, settings = {} } = options
  return { refreshIntervalMs, mappings: mappings[readModel] ?? {}, settings: settings[readModel] ?? {} }
}
