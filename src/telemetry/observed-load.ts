import type { LoadAggregate } from '../aggregates/index.ts'
import type { Recorder } from './operation.ts'
import { toPlace } from './stream-attributes.ts'

/** Counts what came of the looks for snapshots: a cache that never answers is a cost. */
export function observeLoad({ meters }: Recorder, load: LoadAggregate): LoadAggregate {
  return async (log, definition, id, options) => {
    const loaded = await load(log, definition, id, options)
    if (loaded.snapshot !== undefined) {
      meters.snapshotLoads.add(1, { ...toPlace(log.name, [definition.name]), 'daybook.outcome': loaded.snapshot })
    }
    return loaded
  }
}
