export type { ConformanceCase } from './conformance-case.ts'
export { eventStoreConformance } from './event-store.ts'
export { type EventStoreHarness, eventStoreHarness, type HarnessOptions, missingCapability } from './harness.ts'
export { STORE_PROMISES, type StorePromise } from './promises.ts'
