/**
 * The gate for what may be recorded. An event that passes comes back deep-equal from every engine; one that does
 * not gets an `invalid-event` naming the path to the bad value, before anything is sent.
 */
import { DaybookError } from '../errors/index.ts'
import { isEventId, newEventId } from './event-id.ts'
import { findJsonProblem } from './json.ts'
import type { NewEvent } from './recorded-event.ts'
import { findNameProblem } from './stream-name.ts'

/** An index entry holds a log, a type and a position; at three bytes a character this stays well below a page's third. */
export const MAX_TYPE_LENGTH = 128
const MAX_TAG_LENGTH = 128
/** Each tag is a row of its own; more than this is data, not a handle. */
export const MAX_TAGS = 32
/** 1 MiB of JSON. Larger things are files: record where they are. A page of such events still fits in memory. */
const MAX_DATA_BYTES = 1_048_576
/** 64 KiB of JSON. */
const MAX_METADATA_BYTES = 65_536
/** What a smallint holds. */
export const MAX_SCHEMA_VERSION = 32_767

/** An event ready for an engine: complete, valid, its data and metadata as JSON text. */
export interface EncodedEvent {
  readonly id: string
  readonly type: string
  readonly schemaVersion: number
  readonly data: string
  readonly metadata: string
  readonly tags: readonly string[]
}

/**
 * Checks one event and encodes it. `index` is its place among the events given, for the error.
 * @throws `invalid-event`
 */
export function encodeEvent(event: NewEvent, index: number): EncodedEvent {
  if (typeof event !== 'object' || event === null) refuseEvent(event, index, 'event', 'is not an object')
  checkHead(event, index)
  const tags = event.tags ?? NO_TAGS
  checkTags(event, tags, index)
  return {
    id: event.id ?? newEventId(),
    type: event.type,
    schemaVersion: event.schemaVersion ?? 1,
    data: encodeJson(event, 'data', event.data, MAX_DATA_BYTES, index),
    metadata: encodeMetadata(event, index),
    // A copy: the caller's array may change before the event is sent.
    tags: tags.length === 0 ? NO_TAGS : [...tags],
  }
}

const NO_TAGS: readonly string[] = Object.freeze([])

function checkHead(event: NewEvent, index: number): void {
  const typeProblem = findNameProblem(event.type, MAX_TYPE_LENGTH)
  if (typeProblem !== undefined) refuseEvent(event, index, 'type', typeProblem)
  if (event.id !== undefined && !isEventId(event.id)) refuseEvent(event, index, 'id', 'is not a UUID in lower case')
  const schemaVersion = event.schemaVersion ?? 1
  if (!Number.isInteger(schemaVersion) || schemaVersion < 1 || schemaVersion > MAX_SCHEMA_VERSION) {
    refuseEvent(event, index, 'schemaVersion', `is not a whole number from 1 to ${MAX_SCHEMA_VERSION}`)
  }
}

function checkTags(event: NewEvent, tags: readonly string[], index: number): void {
  if (!Array.isArray(tags)) refuseEvent(event, index, 'tags', 'is not an array')
  if (tags.length > MAX_TAGS) refuseEvent(event, index, 'tags', `holds ${tags.length} tags, more than ${MAX_TAGS}`)
  for (const [place, tag] of tags.entries()) {
    const problem = findNameProblem(tag, MAX_TAG_LENGTH)
    if (problem !== undefined) refuseEvent(event, index, `tags[${place}]`, problem)
    if (tags.indexOf(tag) !== place) refuseEvent(event, index, `tags[${place}]`, 'is given twice')
  }
}

function encodeMetadata(event: NewEvent, index: number): string {
  const { metadata } = event
  if (metadata === undefined) return '{}'
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    refuseEvent(event, index, 'metadata', 'is not an object')
  }
  return encodeJson(event, 'metadata', metadata, MAX_METADATA_BYTES, index)
}

function encodeJson(event: NewEvent, root: string, value: unknown, maxBytes: number, index: number): string {
  const found = findJsonProblem(value, root)
  if (found !== undefined) refuseEvent(event, index, found.path, found.problem)
  const text = JSON.stringify(value)
  // A UTF-16 unit is at most three bytes of UTF-8, so most texts need not be measured.
  if (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes) {
    refuseEvent(event, index, root, `is ${Buffer.byteLength(text)} bytes of JSON, more than ${maxBytes}`)
  }
  return text
}

/** @throws `invalid-event`, always: `path` leads to what is wrong with the event at `index`. */
export function refuseEvent(event: unknown, index: number, path: string, problem: string): never {
  const type = typeof event === 'object' && event !== null && 'type' in event ? event.type : undefined
  const named = typeof type === 'string' && type !== '' ? ` (${type.slice(0, MAX_TYPE_LENGTH)})` : ''
  const message = `Event ${index + 1}${named} cannot be recorded: ${path} ${problem}. Nothing was written.`
  const details = { path, problem, event: index, ...(typeof type === 'string' ? { type } : {}) }
  throw new DaybookError('invalid-event', message, details)
}
