/** What an engine takes and answers when several appends are recorded in one call. */
import { type RecordedEvent, toStreamName } from '../events/index.ts'
import type { PreparedAppend } from './append-request.ts'
import type { CommandRecord } from './keepsakes.ts'
import type { Appended, ExpectedVersion } from './port.ts'

/** An append in a group. */
export interface Member {
  readonly append: PreparedAppend
  /** Its events may be recorded already: by an earlier attempt of the caller, or of ours. */
  readonly mayBeRepeat: boolean
}

/** What came of one append. */
export type Outcome =
  | RecordedOutcome
  | {
      readonly kind: 'version-conflict'
      readonly stream: string
      readonly expected: ExpectedVersion
      readonly actual: number
    }
  | { readonly kind: 'boundary-conflict'; readonly position: number }
  /** One of its ids is that of an event elsewhere; only from engines that can say so by member. */
  | { readonly kind: 'event-id-taken'; readonly id: string }
  | { readonly kind: 'first-event-known' }
  /** Its record is with it, from engines that look it up in the same call. */
  | { readonly kind: 'command-known'; readonly found?: FoundCommand }

export interface FoundCommand {
  readonly record: CommandRecord
  readonly recordedAt: Date
}

export interface RecordedOutcome {
  readonly kind: 'recorded'
  readonly position: number
  /** Of the streams written and then of those conditioned, before the append. */
  readonly versions: readonly number[]
  readonly recordedAt: Date
}

/**
 * The answer to an append that was recorded now. What is in it is made when somebody looks: many callers never do. All
 * answers share the two getters. Were they made anew for each, as a literal's are, the engine would make a hidden class
 * for each, old objects would point to young ones, and the short collections would copy what is garbage.
 */
export function toRecorded(append: PreparedAppend, outcome: RecordedOutcome): Appended {
  const answer = { position: outcome.position, recordedAt: outcome.recordedAt, repeated: false }
  const contents: Contents = { append, outcome, versions: undefined, events: undefined }
  Object.defineProperty(answer, CONTENTS, { value: contents })
  Object.defineProperty(answer, 'versions', VERSIONS)
  Object.defineProperty(answer, 'events', EVENTS)
  return answer as Appended
}

const CONTENTS = Symbol('contents')

interface Contents {
  readonly append: PreparedAppend
  readonly outcome: RecordedOutcome
  versions: Appended['versions'] | undefined
  events: Appended['events'] | undefined
}

interface Answer {
  readonly [CONTENTS]: Contents
}

const VERSIONS = {
  enumerable: true,
  get(this: Answer) {
    const { [CONTENTS]: contents } = this
    contents.versions ??= toVersions(contents.append, contents.outcome)
    return contents.versions
  },
}

const EVENTS = {
  enumerable: true,
  get(this: Answer) {
    const { [CONTENTS]: contents } = this
    contents.events ??= toEvents(contents.append, contents.outcome)
    return contents.events
  },
}

/** Those of the streams written, after the append. */
function toVersions({ writes }: PreparedAppend, { versions }: RecordedOutcome): Appended['versions'] {
  const after = writes.map(({ stream, events }, place) => [stream, (versions[place] as number) + events.length])
  return Object.fromEntries(after)
}

/** As a reader would get them: parsed from what was sent, as the caller's own objects may have changed. */
function toEvents({ writes, eventCount }: PreparedAppend, outcome: RecordedOutcome): RecordedEvent[] {
  const { versions, recordedAt } = outcome
  const made: RecordedEvent[] = []
  const first = outcome.position - eventCount
  for (const [place, write] of writes.entries()) {
    const stream = toStreamName(write.stream)
    const before = versions[place] as number
    for (const [index, { id, type, schemaVersion, tags, ...texts }] of write.events.entries()) {
      const data = JSON.parse(texts.data)
      const metadata = JSON.parse(texts.metadata)
      const version = before + index + 1
      const position = first + made.length + 1
      made.push({ id, type, data, schemaVersion, metadata, tags, stream, version, position, recordedAt })
    }
  }
  return made
}
