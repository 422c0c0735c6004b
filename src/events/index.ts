export type { AnyEventDefinition, NewOf, RecordedOf, Source } from './any-event.ts'
export { toCanonicalJson } from './canonical-json.ts'
export { assertWhole, storedTypes, toRead } from './definitions.ts'
export { type EventDefinition, type EventOptions, event, type NewEventOptions } from './event.ts'
export { isEventId, newEventId } from './event-id.ts'
export { type Frozen, freezeDeep } from './freeze.ts'
export { copyJson, dropUndefined, findJsonProblem, isWhole, type JsonValue, MAX_NESTING } from './json.ts'
export { type JsonSchema, toJsonSchema } from './json-schema.ts'
export type { JsonOnly } from './json-type.ts'
export type { GivesKnown } from './known-properties.ts'
export {
  type EncodedEvent,
  encodeEvent,
  MAX_TAGS,
  refuseEvent,
} from './new-event.ts'
export type { Metadata, NewEvent, RecordedEvent } from './recorded-event.ts'
export { type RetiredEvent, type RetiredShape, retired } from './retired.ts'
export type { Taken } from './split.ts'
export {
  assertStreamName,
  findNameProblem,
  findStreamNameProblem,
  joinStreamName,
  MAX_STREAM_NAME_LENGTH,
  quote,
  type StreamName,
  toStreamName,
} from './stream-name.ts'
export { assertSynchronous, brokenDefinition, type Issue, toPathText, validate, validateSync } from './validate.ts'
