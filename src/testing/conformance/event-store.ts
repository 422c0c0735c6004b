import { appendCases } from './append.ts'
import { boundaryCases } from './boundaries.ts'
import { commandCases } from './commands.ts'
import { type ConformanceCase, requiring } from './conformance-case.ts'
import { expectedVersionCases } from './expected-versions.ts'
import { filterCases, partitionCases } from './filters.ts'
import { importCases } from './import.ts'
import { checkpointCases, snapshotCases } from './keepsakes.ts'
import { leaseCases } from './leases.ts'
import { lifetimeCases, transactionCases } from './lifetime.ts'
import { eventLimitCases, nameLimitCases } from './limits.ts'
import { logCases } from './logs.ts'
import { conditionCases, multiStreamCases } from './multi-stream.ts'
import { orderingCases } from './ordering.ts'
import { positionCases, streamListCases } from './positions.ts'
import { logReadingCases, readerCases, streamReadingCases } from './reading.ts'
import { eventIdCases, repeatCases } from './repeats.ts'
import { tailCases } from './tail.ts'
import { typeCases } from './types.ts'

/** Every fact about an event store: a behaviour without a case here is not part of the port. */
export const eventStoreConformance: readonly ConformanceCase[] = [
  ...appendCases,
  ...repeatCases,
  ...requiring('uniqueEventIds', eventIdCases),
  ...expectedVersionCases,
  ...requiring('multiStream', multiStreamCases),
  ...requiring('multiStream', conditionCases),
  ...boundaryCases,
  ...orderingCases,
  ...streamReadingCases,
  ...logReadingCases,
  ...readerCases,
  ...filterCases,
  ...partitionCases,
  ...positionCases,
  ...streamListCases,
  ...typeCases,
  ...tailCases,
  ...eventLimitCases,
  ...nameLimitCases,
  ...snapshotCases,
  ...checkpointCases,
  ...leaseCases,
  ...logCases,
  ...importCases,
  ...requiring('multiStream', commandCases),
  ...transactionCases,
  ...lifetimeCases,
]
