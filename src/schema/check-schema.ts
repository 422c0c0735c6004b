/**
 * Compares what a log holds with what the code can read: every type and schema version by its name, and a sample of the
 * events themselves by reading them. The store says what the log holds, and need not read it for that: the check looks
 * at a hundred events of a hundred, and of a hundred million.
 */
import { DaybookError } from '../errors/index.ts'
import { type EventLog, refuse, type TypeInfo } from '../store/index.ts'
import { Readers, type Reading, type SchemaReader } from './readers.ts'
import { sampleEvents } from './sample.ts'
import { type ReadingProblem, tryReading } from './try-reading.ts'

export interface CheckSchemaOptions {
  /**
   * How many stored events of each sort are read: the first, the last, and some between; 10 when absent. 0 looks at
   * types and versions alone; `Infinity` reads everything.
   */
  readonly sample?: number
  readonly signal?: AbortSignal
}

/** What a log holds, and whether the code reads it. */
export interface SchemaReport {
  readonly log: string
  /** Nothing is wrong with any of them. */
  readonly isReadable: boolean
  readonly types: readonly TypeReport[]
}

/** The events of one type and schema version in the streams of one category. */
export interface TypeReport extends TypeInfo {
  /** How they are read; `none` when they are not. */
  readonly reading: 'as it is' | 'upcast' | 'split' | 'dropped' | 'none'
  /** How many were read for this. */
  readonly sampled: number
  /** How many of those could not be read. */
  readonly failed: number
  /** The first that cannot be read, and why. */
  readonly problem?: ReadingProblem
}

const DEFAULT_SAMPLE = 10

/**
 * Compares what a log holds with what the definitions read.
 *
 * @param log A daybook, or one of its logs.
 * @param readers All of the application: aggregates, read models, boundaries, and events beside theirs. An aggregate must
 *   read everything that the streams of its category hold.
 * @throws `invalid-argument`; what cannot be read is in the report
 * @example
 * const report = await checkSchema(daybook, [Account, balances])
 * for (const { type, problem } of report.types) if (problem) console.error(type, problem.message)
 */
export async function checkSchema(
  log: Pick<EventLog, 'name' | 'types' | 'read'>,
  readers: readonly SchemaReader[],
  { sample = DEFAULT_SAMPLE, signal }: CheckSchemaOptions = {},
): Promise<SchemaReport> {
  if (!(sample >= 0)) refuse('sample', 'is not a number from 0 on')
  const all = new Readers(readers)
  const types: TypeReport[] = []
  for (const info of await log.types()) types.push(await checkType({ log, info, size: sample, signal }, all))
  return { log: log.name, isReadable: types.every(({ problem }) => problem === undefined), types }
}

/**
 * The same before an application starts, by types and versions alone: what it cannot read is reported by name and
 * position. `open(url, { definitions })` does so.
 * @throws `unreadable-log`
 */
export async function assertReadable(
  log: Pick<EventLog, 'name' | 'types' | 'read'>,
  readers: readonly SchemaReader[],
  options: CheckSchemaOptions = { sample: 0 },
): Promise<void> {
  const report = await checkSchema(log, readers, options)
  if (!report.isReadable) throw unreadableLog(report)
}

type Checking = Parameters<typeof sampleEvents>[0]

async function checkType(checking: Checking, readers: Readers): Promise<TypeReport> {
  const { info } = checking
  const readings = readers.findReadings(info)
  const unknown = findUnknown(info, readings, readers)
  if (unknown !== undefined) {
    const problem = { position: info.firstPosition, message: unknown }
    return { ...info, reading: 'none', sampled: 0, failed: 0, problem }
  }
  const reading = toWord(info, readings)
  if (reading === 'dropped') return { ...info, reading, sampled: 0, failed: 0 }
  return { ...info, reading, ...(await readSample(checking, readings)) }
}

async function readSample(checking: Checking, readings: readonly Reading[]) {
  let sampled = 0
  let failed = 0
  let first: ReadingProblem | undefined
  for await (const event of sampleEvents(checking)) {
    const problem = await tryReading(readings, event)
    sampled++
    if (problem !== undefined) failed++
    first ??= problem
  }
  return { sampled, failed, ...(first === undefined ? {} : { problem: first }) }
}

/** Why nothing of the sort can be read. */
function findUnknown(info: TypeInfo, readings: readonly Reading[], readers: Readers): string | undefined {
  const { type, schemaVersion, category, firstPosition } = info
  const versions = readers.findVersions(type)
  if (versions === undefined) {
    return `No definition reads ${type}, first stored at position ${firstPosition}. Define it, or retire it: retired('${type}').dropped().`
  }
  if (readings.length === 0) {
    return `${type} is stored in schema version ${schemaVersion}, first at position ${firstPosition}, and this code knows ${versions}. Run the release that wrote it, or a newer one.`
  }
  const unable = readers.findUnableAggregate(info)
  if (unable !== undefined) {
    return `The aggregate ${unable} does not read ${type} in schema version ${schemaVersion}, which is in the stream of a ${category}, first at position ${firstPosition}. Add it to its events.`
  }
  const part = readers.findMissingPart(readings)
  if (part === undefined) return undefined
  return `${type}, first stored at position ${firstPosition}, is split, and no definition takes its part ${part}. Define ${part} with splitFrom.`
}

function toWord({ type, schemaVersion }: TypeInfo, readings: readonly Reading[]): TypeReport['reading'] {
  if (readings.every(({ definition }) => definition.isRetired)) return 'dropped'
  if (readings.some(({ source }) => source.retired !== undefined)) return 'split'
  const isToday = readings.every(
    ({ definition }) => definition.type === type && definition.schemaVersion === schemaVersion,
  )
  return isToday ? 'as it is' : 'upcast'
}

function unreadableLog({ log, types }: SchemaReport): DaybookError {
  const problems = types.flatMap(({ type, schemaVersion, events, problem }) =>
    problem === undefined ? [] : [{ type, schemaVersion, events, ...problem }],
  )
  const list = problems.map(({ message }) => `\n  ${message}`).join('')
  const message = `The log ${log} holds events that this code cannot read. Nothing was started.${list}`
  return new DaybookError('unreadable-log', message, { log, problems })
}
