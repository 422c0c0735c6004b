/**
 * Lines of JSON into a log. A file whose beginning stands in the log already is taken up where it stands, so that an
 * import that was stopped is simply given again; any other file is added after what is there.
 */

import { isDaybookError } from '../errors/index.ts'
import type { RecordedEvent } from '../events/index.ts'
import type { EventLog, Imported, ImportedEvent, ImportOptions } from '../store/index.ts'
import { invalidLine } from './invalid-line.ts'
import { toLines } from './lines.ts'
import { type ParsedLine, parseLine } from './parse-line.ts'

export interface ImportedLines extends Imported {
  /** Lines at the file's beginning that stood in the log already. */
  readonly skipped: number
}

type Into = Pick<EventLog, 'name' | 'read' | 'import' | 'streamVersion'>

/**
 * Imports what `exportLog` has written, or CloudEvents 1.0, line by line.
 * @throws `invalid-line` with the line, for what is no event, or has a version that it would not get; what importing throws
 */
export async function importLines(
  log: Into,
  bytes: AsyncIterable<Uint8Array>,
  options: ImportOptions = {},
): Promise<ImportedLines> {
  const state: Taking = { log, skipped: 0, lines: [], versions: new Map(), isAllKnown: false }
  try {
    const imported = await log.import(take(state, bytes), options)
    return { ...imported, skipped: state.skipped }
  } catch (error) {
    throw withLine(state, error)
  }
}

interface Taking {
  readonly log: Into
  skipped: number
  /** The line of each event given to the store, as runs: mostly one, as lines are seldom empty. */
  readonly lines: { readonly event: number; readonly line: number }[]
  /** Of streams that the file has had events of: the last version. */
  readonly versions: Map<string, number>
  /** Every stream of the log is among them. */
  isAllKnown: boolean
}

async function* take(state: Taking, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ImportedEvent> {
  const recorded = state.log.read()[Symbol.asyncIterator]()
  let isResuming = true
  let event = 0
  try {
    for await (const line of toLines(bytes)) {
      const parsed = parseLine(line)
      if (isResuming) isResuming = await isRecorded(state, parsed, recorded)
      if (isResuming) continue
      if (parsed.version !== undefined) await checkVersion(state, parsed, parsed.version)
      const last = state.lines.at(-1)
      if (last === undefined || last.line - last.event !== parsed.line - event)
        state.lines.push({ event, line: parsed.line })
      event++
      yield parsed.event
    }
  } finally {
    await recorded.return?.()
  }
}

/** Is this line the log's next event? Once one is not, no later one is looked for. @throws `invalid-line` */
async function isRecorded(state: Taking, parsed: ParsedLine, recorded: AsyncIterator<RecordedEvent>): Promise<boolean> {
  const next = await recorded.next()
  if (next.done) {
    // All that is recorded has passed, so that a stream which was not among it has no events.
    state.isAllKnown = true
    return false
  }
  const { id, type, version, stream } = next.value
  if (parsed.event.id === id && (parsed.version ?? version) === version) {
    state.versions.set(stream.name, version)
    state.skipped++
    return true
  }
  // Nothing in common: the file is another history, to be added.
  if (state.skipped === 0) return false
  const problem = `the lines before it stand in the log, but the log has ${type} with id ${id} in its place`
  throw invalidLine(parsed.line, problem)
}

async function checkVersion(state: Taking, { line, event }: ParsedLine, version: number): Promise<void> {
  const { log, versions, isAllKnown } = state
  const before = versions.get(event.stream) ?? (isAllKnown ? 0 : await log.streamVersion(event.stream))
  if (version !== before + 1) {
    throw invalidLine(line, `it has version ${version} of ${event.stream}, which is at version ${before}`)
  }
  versions.set(event.stream, version)
}

/** The store counts events; people count lines. */
function withLine({ lines }: Taking, error: unknown): unknown {
  const event = toEventIndex(error)
  const run = event === undefined ? undefined : lines.findLast((each) => each.event <= event)
  if (event === undefined || run === undefined) return error
  return invalidLine(run.line + event - run.event, (error as Error).message.replace(/\.$/, ''), error)
}

function toEventIndex(error: unknown): number | undefined {
  if (isDaybookError(error, 'invalid-event')) return error.details.event
  if (isDaybookError(error, 'import-out-of-order')) return error.details.event
  return undefined
}
