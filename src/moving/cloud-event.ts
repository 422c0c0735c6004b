/**
 * Events in the JSON format of CloudEvents 1.0 (https://github.com/cloudevents/spec). What it has no attribute for
 * travels in extension attributes, whose names are lower-case letters and whose values are texts and integers; so
 * metadata and tags, which are more than that, travel as JSON text.
 */
import { createHash } from 'node:crypto'
import { isEventId } from '../events/index.ts'
import type { PortableEvent } from './portable-event.ts'

export interface CloudEvent {
  readonly specversion: '1.0'
  readonly id: string
  /** `daybook:` and the log's name. */
  readonly source: string
  readonly type: string
  /** The stream. */
  readonly subject: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly data: unknown
  readonly streamversion: number
  readonly schemaversion: number
  /** JSON; absent when there is none. */
  readonly metadata?: string
  /** JSON; absent when there are none. */
  readonly tags?: string
}

export function toCloudEvent(event: PortableEvent, log: string): CloudEvent {
  const { id, type, stream, recordedAt, data, version, schemaVersion, metadata, tags } = event
  return {
    specversion: '1.0',
    id,
    source: `daybook:${encodeURIComponent(log)}`,
    type,
    subject: stream,
    time: recordedAt,
    datacontenttype: 'application/json',
    data,
    streamversion: version,
    schemaversion: schemaVersion,
    ...(Object.keys(metadata).length === 0 ? {} : { metadata: JSON.stringify(metadata) }),
    ...(tags.length === 0 ? {} : { tags: JSON.stringify(tags) }),
  }
}

export function isCloudEvent(value: Readonly<Record<string, unknown>>): boolean {
  return value.specversion !== undefined
}

/**
 * The same event in our own form, its values not checked yet.
 * @throws an Error that says what is wrong with an attribute that is JSON text
 */
export function fromCloudEvent(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { specversion, id, source, type, subject, time, data, data_base64, streamversion, schemaversion } = value
  if (specversion !== '1.0') throw new Error(`specversion is ${JSON.stringify(specversion)}, and only "1.0" is known`)
  if (data_base64 !== undefined) throw new Error('data_base64 is not JSON, and an event’s data is')
  return {
    id: toEventId(source, id),
    type,
    stream: subject,
    data,
    ...(time === undefined ? {} : { recordedAt: time }),
    ...(streamversion === undefined ? {} : { version: streamversion }),
    ...(schemaversion === undefined ? {} : { schemaVersion: schemaversion }),
    ...parsed('metadata', value.metadata),
    ...parsed('tags', value.tags),
  }
}

/**
 * Somebody else's id is any text, unique with its source: of both a UUID is made, the same each time, so that an event
 * that comes again is known (RFC 9562, section 5.8: version 8).
 */
function toEventId(source: unknown, id: unknown): unknown {
  if (typeof id !== 'string' || id === '' || isEventId(id)) return id
  const bytes = createHash('sha256')
    .update(JSON.stringify([source, id]))
    .digest()
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  return bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function parsed(name: string, text: unknown): Record<string, unknown> {
  if (text === undefined) return {}
  if (typeof text !== 'string') throw new Error(`${name} is not a JSON text`)
  return { [name]: JSON.parse(text) }
}
