/**
 * Why an append was refused, or would be, in the order in which every engine answers: its command is known, it is
 * recorded already, a stream is elsewhere, an id is taken, a boundary is broken.
 */
import {
  type Appended,
  boundaryConflict,
  type CommandRecord,
  eventIdTaken,
  matchesTerms,
  type PreparedBoundary,
  type PreparedCondition,
  versionConflict,
} from '../../store/index.ts'
import type { LogEnds } from './ends.ts'
import { commandKey, type Head, type Heads, NO_HEAD } from './heads.ts'
import type { LogStream } from './log-stream.ts'
import type { CommandMarker, Request } from './plan.ts'
import { Assembler, sequenceAt } from './record.ts'
import type { Records } from './records.ts'
import { findOwn, findRepeated } from './repeats.ts'

/** What JetStream gives at once of the last messages of subjects, with room to spare. */
const MAX_ASKED_AT_ONCE = 500
const PAGE = 1_000

export interface ExamineOptions {
  readonly log: string
  readonly stream: LogStream
  readonly records: Records
  readonly heads: Heads
  /** The position of the log's last event. */
  head(): Promise<number>
  /** Where the log and its events end now. */
  ends(): Promise<LogEnds>
}

/** What an earlier attempt was based on. */
export interface EarlierAttempt {
  readonly maybeSent: boolean
  readonly heads: ReadonlyMap<string, Head> | undefined
}

/** Without batches nothing on the server refuses an id that is taken: it is looked for first. */
export function mustBeExamined({ stream }: ExamineOptions, { givenIds }: Request): boolean {
  return givenIds.length > 0 && !stream.connection.facts.hasBatches
}

/** Undefined when nothing stands against the append, as far as can be seen now. @throws a conflict */
export async function examine(
  options: ExamineOptions,
  request: Request,
  earlier: EarlierAttempt,
): Promise<Appended | undefined> {
  const known = await findCommand(options, request)
  if (known !== undefined) return known
  const own = earlier.maybeSent && earlier.heads ? await findOwn(options, request, earlier.heads) : undefined
  if (own !== undefined) return own
  const repeated = await findRepeated(options, request)
  if (repeated !== undefined) return repeated
  await assertVersions(options, request)
  await assertIdsFree(options, request)
  return undefined
}

function isMet({ expected }: PreparedCondition, { version }: Head): boolean {
  if (expected === 'any') return true
  if (expected === 'exists') return version > 0
  return version === (expected === 'none' ? 0 : expected)
}

async function findCommand(options: ExamineOptions, request: Request): Promise<Appended | undefined> {
  const { command } = request.append
  if (command === undefined) return undefined
  const found = await readCommand(options.stream, command.id)
  if (found === undefined) return undefined
  const { marker, recordedAt, sequence } = found
  if (marker === undefined) {
    // The command is forgotten; the message that says so stands where the next one is expected to follow.
    options.heads.remember(commandKey(command.id), { sequence, version: 0 })
    return undefined
  }
  const position = await options.head()
  const nothing = { position, versions: {}, recordedAt, events: [], repeated: false }
  // An attempt of our own, of which the answer was lost.
  if (marker.append === request.token) return (await findWritten(options, request, sequence)) ?? nothing
  return { ...nothing, earlierCommand: toRecord(marker) }
}

/** Our own events, which follow the marker of our own command. */
async function findWritten(options: ExamineOptions, request: Request, sequence: number): Promise<Appended | undefined> {
  const [write] = request.append.writes
  if (write === undefined) return undefined
  const subject = options.stream.subjects.ofStream(write.stream)
  const before = new Map([[write.stream, { sequence, version: 0 }]])
  const appended = await findOwn(options, request, before)
  if (appended === undefined) throw new Error(`The events of a command are missing at ${subject} after ${sequence}.`)
  return appended
}

export interface FoundCommand {
  /** Undefined when the command is forgotten. */
  readonly marker: CommandMarker | undefined
  readonly sequence: number
  readonly recordedAt: Date
}

/** As the log's leader has it; undefined when it never was. */
export async function readCommand(stream: LogStream, id: string): Promise<FoundCommand | undefined> {
  const message = await stream.get({ last_by_subj: stream.subjects.ofCommand(id) })
  if (message === undefined) return undefined
  const text = Buffer.from(message.data).toString()
  const marker = text === '' ? undefined : (JSON.parse(text) as CommandMarker)
  return { marker, sequence: message.sequence, recordedAt: new Date(message.timeMs) }
}

export function toRecord({ id, digest, result }: CommandMarker): CommandRecord {
  return { id, digest, result }
}

/** @throws `version-conflict` */
async function assertVersions({ heads, log }: ExamineOptions, { append }: Request): Promise<void> {
  for (const condition of [...append.writes, ...append.conditions]) {
    const head = await heads.ask(condition.stream)
    if (!isMet(condition, head)) throw versionConflict(log, condition.stream, condition.expected, head.version)
  }
}

/** @throws `event-id-taken` */
export async function assertIdsFree(
  { stream, log }: ExamineOptions,
  { givenIds }: Pick<Request, 'givenIds'>,
): Promise<void> {
  if (givenIds.length === 0 || !stream.connection.facts.hasBatches) return
  for (let place = 0; place < givenIds.length; place += MAX_ASKED_AT_ONCE) {
    const part = givenIds.slice(place, place + MAX_ASKED_AT_ONCE)
    const [taken] = await stream.getMany({ multi_last: part.map((id) => stream.subjects.ofEventId(id)) })
    if (taken !== undefined) throw eventIdTaken(log, taken.subject.slice(taken.subject.lastIndexOf('.') + 1))
  }
}

export interface BoundaryCheck {
  /** The sequence that the log is to end with. */
  readonly expectedLast?: number
  readonly conflict?: Error
}

/**
 * Looks at every event that was recorded after the writer looked. What comes after that, the server refuses: the append
 * expects the log to end where this look ended.
 */
export async function checkBoundaries(options: ExamineOptions, { append }: Request): Promise<BoundaryCheck> {
  const { boundaries } = append
  if (boundaries.length === 0) return {}
  const { last, events } = await options.ends()
  const after = Math.min(...boundaries.map((boundary) => boundary.after))
  for await (const event of eventsBetween(options, Math.max(sequenceAt(after + 1), 1), events)) {
    if (boundaries.some((boundary) => isBroken(boundary, event))) {
      return { conflict: boundaryConflict(options.log, after, event.position) }
    }
  }
  return { expectedLast: last }
}

type Located = Parameters<typeof matchesTerms>[0] & { readonly position: number }

function isBroken({ types, tags, after }: PreparedBoundary, event: Located): boolean {
  return event.position > after && matchesTerms(event, types, tags)
}

async function* eventsBetween(
  { stream, records }: ExamineOptions,
  first: number,
  end: number,
): AsyncGenerator<Located> {
  const assembler = new Assembler()
  for (let from = first; from <= end; ) {
    const count = Math.min(end - from + 1, PAGE)
    const messages = await records.next({ subject: stream.subjects.events, from, end, count })
    for (const message of messages) {
      from = message.sequence + 1
      if (message.sequence > end) return
      const record = await records.assemble(assembler, message)
      if (record !== undefined) yield* await records.toEvents(record)
    }
  }
}

/** Do the heads allow the append? */
export function areMet({ append }: Request, heads: ReadonlyMap<string, Head>): boolean {
  return [...append.writes, ...append.conditions].every((each) => isMet(each, heads.get(each.stream) ?? NO_HEAD))
}
