import type { Row } from '../row.ts'
import { hasSearch } from '../search.ts'
import type { Size } from '../size.ts'
import { appendsBy1, appendsBy64, appendsBy512 } from './appends.ts'
import { appendsOf10 } from './batches.ts'
import { contention } from './contention.ts'
import { copies } from './copies.ts'
import { natsReads, redisReads } from './engine-reads.ts'
import { growth } from './growth.ts'
import { imports } from './imports.ts'
import { loadsOfLong, loadsOfMiddle } from './loads.ts'
import { memory } from './memory.ts'
import { natsAppendsBy64 } from './nats-appends.ts'
import { memoryReadModel, postgresNewKeys, postgresReadModel } from './projections.ts'
import { reads } from './reads.ts'
import { rebuildMemory, rebuildsByKey, rebuildsByStream } from './rebuilds.ts'
import { redisAppendsBy64 } from './redis-appends.ts'
import { snapshots } from './snapshots.ts'
import { tails } from './tails.ts'
import { elasticsearchReadModel, redisReadModel } from './target-rows.ts'
import { projectionLag, visibleRows } from './visible-rows.ts'

/** In the order in which they are run and printed. */
export function toRows(size: Size): Row[] {
  return [
    appendsBy64,
    appendsBy512,
    appendsBy1,
    appendsOf10,
    imports(size),
    copies(size),
    loadsOfMiddle,
    loadsOfLong,
    snapshots,
    reads(size),
    tails,
    contention,
    memory(size),
    rebuildsByStream(size),
    rebuildsByKey(size),
    rebuildMemory(size),
    growth(size),
    memoryReadModel(size),
    postgresReadModel(size),
    postgresNewKeys(size),
    visibleRows,
    projectionLag,
    redisAppendsBy64,
    redisReads(size),
    redisReadModel(size),
    // Without one, .ci/install-search gets it.
    ...(hasSearch() ? [elasticsearchReadModel(size)] : []),
    natsAppendsBy64,
    natsReads(size),
  ]
}
