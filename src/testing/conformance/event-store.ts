import { appendCases } from './append.ts'
import { boundaryCases } from './boundaries.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { expectedVersionCases } from './expected-versions.ts'
import { filterCases, partitionCases } from './filters.ts'
import { conditionCases, multiStreamCases } from './multi-stream.ts'
import { positionCases, streamListCases } from './positions.ts'
import { logReadingCases, readerCases, streamReadingCases } from './reading.ts'
import { eventIdCases, repeatCases } from './repeats.ts'

/** Every fact about an event store. */
export const eventStoreConformance: readonly ConformanceCase[] = [
  ...appendCases,
  ...repeatCases,
  ...eventIdCases,
  ...expectedVersionCases,
  ...multiStreamCases,
  ...conditionCases,
  ...boundaryCases,
  ...streamReadingCases,
  ...logReadingCases,
  ...readerCases,
  ...filterCases,
  ...partitionCases,
  ...positionCases,
  ...streamListCases,
]
