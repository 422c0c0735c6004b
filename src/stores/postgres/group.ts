/**
 * A group of appends as the arrays that `daybook.append` takes (its file explains them), and the outcomes that it
 * returns. The two must change together.
 */
import type { EncodedEvent } from '../../events/index.ts'
import type { ExpectedVersion, Member, Outcome, PreparedAppend, PreparedCondition } from '../../store/index.ts'
import { int2Array, int4Array, jsonArray, jsonbArray, textArray, uuidArray } from './binary-arrays.ts'
import type { Session } from './database.ts'
import { type Row, statement } from './statements.ts'

/** One call of the function, for a group that the log's head is locked for. */
export async function callAppend(session: Session, log: string, group: readonly Member[]): Promise<Outcome[]> {
  const [row] = await session.query(statement('append'), encodeGroup(log, group))
  if (row === undefined) throw new Error('daybook.append returned no row.')
  return decodeOutcomes(row, group)
}

function encodeGroup(log: string, group: readonly Member[]): unknown[] {
  const touches = group.map(({ append }) => touchesOf(append))
  const streams = new Map<string, number>()
  for (const { stream } of touches.flat()) if (!streams.has(stream)) streams.set(stream, streams.size + 1)
  return [
    log,
    textArray([...streams.keys()]),
    ...encodeTouches(touches, streams),
    ...encodeEvents(touches),
    ...encodeExtras(group),
  ]
}

interface Touch extends PreparedCondition {
  readonly events: readonly EncodedEvent[]
}

function touchesOf(append: PreparedAppend): readonly Touch[] {
  if (append.conditions.length === 0) return append.writes
  return [...append.writes, ...append.conditions.map((condition) => ({ ...condition, events: [] }))]
}

function encodeTouches(touches: readonly (readonly Touch[])[], streams: ReadonlyMap<string, number>): Buffer[] {
  const all = touches.flat()
  let last = 0
  return [
    int4Array(all.map(({ stream }) => streams.get(stream) as number)),
    int4Array(all.map(({ expected }) => encodeExpected(expected))),
    int4Array(all.map(({ events }) => events.length)),
    int4Array(touches.map((ofAppend) => (last += ofAppend.length))),
  ]
}

function encodeExpected(expected: ExpectedVersion): number {
  if (typeof expected === 'number') return expected
  return { none: 0, any: -1, exists: -2 }[expected]
}

function encodeEvents(touches: readonly (readonly Touch[])[]): (Buffer | null)[] {
  const all = touches.flat()
  const events = all.flatMap((touch) => touch.events)
  const anyTags = events.some(({ tags }) => tags.length > 0)
  return [
    int4Array(all.flatMap((touch, place) => touch.events.map(() => place + 1))),
    uuidArray(events.map(({ id }) => id)),
    textArray(events.map(({ type }) => type)),
    int2Array(events.map(({ schemaVersion }) => schemaVersion)),
    jsonArray(events.map(({ data }) => data)),
    jsonArray(events.map(({ metadata }) => metadata)),
    anyTags ? textArray(events.map(({ tags }) => toArrayLiteral(tags))) : null,
  ]
}

/** `{"a","b"}`, or null for none: an array of arrays of differing lengths is nothing that PostgreSQL knows. */
function toArrayLiteral(tags: readonly string[]): string | null {
  if (tags.length === 0) return null
  return `{${tags.map((tag) => `"${tag.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`
}

function encodeExtras(group: readonly Member[]): (Buffer | null)[] {
  const boundaries = group.map(({ append }) =>
    append.boundaries.length > 0 ? JSON.stringify(append.boundaries) : null,
  )
  const firstIds = group.map(({ append, mayBeRepeat }) =>
    mayBeRepeat ? (append.writes[0]?.events[0]?.id ?? null) : null,
  )
  const commands = group.map(({ append }) => append.command)
  const hasCommand = commands.some((command) => command !== undefined)
  return [
    ifAny(boundaries, jsonbArray),
    ifAny(firstIds, uuidArray),
    ...(hasCommand
      ? [
          textArray(commands.map((command) => command?.id ?? null)),
          textArray(commands.map((command) => command?.digest ?? null)),
          jsonArray(commands.map((command) => (command === undefined ? null : JSON.stringify(command.result)))),
        ]
      : [null, null, null]),
  ]
}

function ifAny(
  items: readonly (string | null)[],
  encode: (items: readonly (string | null)[]) => Buffer,
): Buffer | null {
  return items.some((item) => item !== null) ? encode(items) : null
}

/** The outcomes, in the order of the group. */
function decodeOutcomes(row: Row, group: readonly Member[]): Outcome[] {
  const [head, recordedAtMs, ...arrays] = row
  const [outcomes, details, versions] = arrays.map((text) => JSON.parse(text as string)) as [
    number[],
    (number | null)[],
    number[],
  ]
  const recordedAt = new Date(Math.round(Number(recordedAtMs)))
  let position =
    Number(head) - group.reduce((sum, { append }, place) => sum + (outcomes[place] === 0 ? append.eventCount : 0), 0)
  let firstTouch = 0
  return group.map(({ append }, place) => {
    const touches = touchesOf(append)
    const ofAppend = versions.slice(firstTouch, firstTouch + touches.length)
    const outcome = decodeRefusal(outcomes[place] as number, details[place] ?? 0, touches, firstTouch, ofAppend)
    firstTouch += touches.length
    if (outcome !== undefined) return outcome
    position += append.eventCount
    return { kind: 'recorded', position, versions: ofAppend, recordedAt }
  })
}

function decodeRefusal(
  code: number,
  detail: number,
  touches: readonly Touch[],
  firstTouch: number,
  versions: readonly number[],
): Outcome | undefined {
  if (code === 1) {
    const place = detail - 1 - firstTouch
    const { stream, expected } = touches[place] as Touch
    return { kind: 'version-conflict', stream, expected, actual: versions[place] as number }
  }
  if (code === 2) return { kind: 'boundary-conflict', position: detail }
  if (code === 3) return { kind: 'first-event-known' }
  return code === 4 ? { kind: 'command-known' } : undefined
}
