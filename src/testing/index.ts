/**
 * For tests of a domain: given, when, then. For authors of engines and targets: the facts that hold for every event store,
 * and for every target of read models, as cases for any test runner.
 */
export {
  type Attempt,
  assertExplains,
  assertInOrder,
  type ConformanceCase,
  type EventStoreHarness,
  eventStoreConformance,
  eventStoreHarness,
  type HarnessOptions,
  type HistoryOptions,
  missingCapability,
  STORE_PROMISES,
  type StorePromise,
  writeAtRandom,
} from './conformance/index.ts'
export {
  type Circumstances,
  given,
  type Outcome,
  recorded,
  type StoredEvent,
  stored,
} from './given/index.ts'
export {
  forRandomHistories,
  type HistoryOf,
  type LawOptions,
  type RandomHistory,
  type RandomHistoryOptions,
  randomHistory,
} from './histories/index.ts'
export { Random } from './random.ts'
export { inapplicable, type TargetCase, targetConformance } from './targets/index.ts'
