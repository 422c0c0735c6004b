import { type Command, InvalidArgumentError } from 'commander'
import type { DaybookConfig } from '../config.ts'
import {
  checkSchema,
  compareWithLock,
  type LockDifference,
  type SchemaReader,
  type SchemaReport,
  toSchemaLock,
} from '../schema/index.ts'
import { type LoadedConfig, loadConfig } from './load-config.ts'
import { lockFile, readLock, writeLock } from './lock-file.ts'
import { type GlobalOptions, withDaybook } from './session.ts'
import type { Terminal } from './terminal.ts'
import { UsageProblem, wholeNumber } from './usage.ts'

interface LockOptions extends GlobalOptions {
  readonly lockFile?: string
  readonly force?: boolean
}

interface CheckOptions extends LockOptions {
  readonly sample?: number
  readonly store: boolean
}

export function registerSchema(program: Command, terminal: Terminal): void {
  const schema = program.command('schema').description('compare the definitions of events with what is stored')
  schema
    .command('check')
    .description('find every stored event that this code cannot read, and every locked shape that was changed')
    .option(
      '--sample <count>',
      'how many events of each type and version are tried; a number, or all; 10 when absent',
      toSample,
    )
    .option('--lock-file <file>', 'the locked shapes; daybook.schema.json beside the configuration when absent')
    .option('--no-store', 'compare with the locked shapes alone')
    .addHelpText('after', '\nThe exit code is 1 when anything is wrong.')
    .action((_options: unknown, command: Command) => check(command, terminal))
  schema
    .command('lock')
    .description('write the shapes of events to a file to be committed')
    .option('--lock-file <file>', 'the file; daybook.schema.json beside the configuration when absent')
    .option('--force', 'also where a locked shape has changed or gone, because it was never released')
    .action(async (_options: unknown, command: Command) => await lock(command, terminal))
}

function toSample(text: string): number {
  if (text === 'all') return Number.POSITIVE_INFINITY
  try {
    return wholeNumber(0)(text)
  } catch {
    throw new InvalidArgumentError('Expected a whole number from 0 on, or all.')
  }
}

async function check(command: Command, terminal: Terminal): Promise<void> {
  const options: CheckOptions = command.optsWithGlobals()
  const loaded = await loadConfig(options.config)
  const readers = toReaders(loaded)
  const lock = readLock(lockFile(loaded, options.lockFile))
  const differences = lock === undefined ? undefined : compareWithLock(lock, readers)
  const report = options.store ? await checkStore(command, readers, options.sample, terminal) : undefined
  if (options.json) terminal.print(JSON.stringify({ ...report, lock: differences ?? null }))
  else terminal.print(toText(report, differences))
  const isLocked = differences?.every(({ kind }) => kind === 'new') ?? true
  if (report?.isReadable === false || !isLocked) process.exitCode = 1
}

function checkStore(
  command: Command,
  readers: readonly SchemaReader[],
  sample: number | undefined,
  { signal }: Terminal,
) {
  return withDaybook(command, ({ daybook }) =>
    checkSchema(daybook, readers, { ...(sample === undefined ? {} : { sample }), signal }),
  )
}

async function lock(command: Command, terminal: Terminal): Promise<void> {
  const options: LockOptions = command.optsWithGlobals()
  const loaded = await loadConfig(options.config)
  const readers = toReaders(loaded)
  const path = lockFile(loaded, options.lockFile)
  const before = options.force ? undefined : readLock(path)
  const broken = before === undefined ? [] : compareWithLock(before, readers).filter(({ kind }) => kind !== 'new')
  if (broken.length > 0) {
    for (const { message } of broken) terminal.say(message)
    terminal.say(`${path} was left as it is. If none of this was ever released: daybook schema lock --force`)
    process.exitCode = 1
    return
  }
  const shapes = toSchemaLock(readers)
  writeLock(path, shapes)
  if (options.json) terminal.print(JSON.stringify(shapes))
  terminal.say(`${Object.keys(shapes.events).length} types of events are locked in ${path}.`)
}

/** All that the application reads with. @throws UsageProblem when the configuration names nothing */
function toReaders({ config, file }: LoadedConfig): readonly SchemaReader[] {
  const readers = readersOf(config)
  if (readers.length > 0) return readers
  throw new UsageProblem(
    `${file ?? 'The configuration'} names no definitions. Export its aggregates, projections, reactors and events: ` +
      'export default defineConfig({ aggregates: […], projections: […], reactors: […], events: […] })',
  )
}

function readersOf({ aggregates = [], projections = [], reactors = [], events = [], definitions = [] }: DaybookConfig) {
  const folded = projections.flatMap<SchemaReader>((each) => {
    if ('readModel' in each) return each.readModel
    return 'kind' in each ? each.events : each
  })
  return [...aggregates, ...folded, ...reactors, ...events, ...definitions]
}

function toText(report: SchemaReport | undefined, differences: readonly LockDifference[] | undefined): string {
  const stored = report === undefined ? [] : [toTable(report), ...toProblems(report)]
  return [...stored, toLockText(differences)].join('\n')
}

function toTable({ log, types }: SchemaReport): string {
  if (types.length === 0) return `The log ${log} is empty.`
  const head = ['EVENTS', 'TYPE', 'VERSION', 'CATEGORY', 'READ']
  const rows = types.map(({ events, type, schemaVersion, category, reading, sampled, problem }) => {
    const how = problem === undefined ? reading : 'NOT READABLE'
    return [String(events), type, String(schemaVersion), category, sampled > 0 ? `${how} (${sampled} tried)` : how]
  })
  const widths = head.map((_, place) => Math.max(...[head, ...rows].map((row) => row[place]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row.map((cell, place) => (place === 0 ? cell.padStart(widths[0] ?? 0) : cell.padEnd(widths[place] ?? 0))).join('  ')
  return [head, ...rows].map((row) => line(row).trimEnd()).join('\n')
}

function toProblems({ log, isReadable, types }: SchemaReport): readonly string[] {
  if (isReadable) return types.length === 0 ? [] : [`\nThis code reads all that is in the log ${log}.`]
  const problems = types.flatMap(({ problem, failed, sampled }) => {
    if (problem === undefined) return []
    const share = failed === 0 ? '' : `\n  ${failed} of ${sampled} that were tried cannot be read.`
    return [`  ${problem.message}${share}`]
  })
  return [`\nThis code cannot read all that is in the log ${log}:`, ...problems]
}

function toLockText(differences: readonly LockDifference[] | undefined): string {
  if (differences === undefined) return '\nNo shapes are locked. Lock them, and commit the file: daybook schema lock'
  if (differences.length === 0) return '\nThe shapes of events are as they are locked.'
  return [
    '\nThe shapes of events are not as they are locked:',
    ...differences.map(({ message }) => `  ${message}`),
  ].join('\n')
}
