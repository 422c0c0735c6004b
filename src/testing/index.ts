/** For authors of engines: the facts that hold for every event store, as cases for any test runner. */
export {
  type ConformanceCase,
  type EventStoreHarness,
  eventStoreConformance,
  eventStoreHarness,
  type HarnessOptions,
  missingCapability,
  STORE_PROMISES,
  type StorePromise,
} from './conformance/index.ts'
export { Random } from './random.ts'
