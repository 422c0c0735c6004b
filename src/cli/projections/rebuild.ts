import { pathToFileURL } from 'node:url'
import type { Command } from 'commander'
import type { Rebuilt, RebuiltTables } from '../../projections/index.ts'
import type { GlobalOptions } from '../session.ts'
import { Interruption, type Terminal } from '../terminal.ts'
import { UsageProblem, wholeNumber } from '../usage.ts'
import { type ProjectionSession, withProjection } from './configured.ts'
import { describeDifferences, describeTables } from './differences.ts'
import { PhaseBars } from './phase-bars.ts'

interface RebuildCommandOptions extends GlobalOptions {
  readonly workers?: number
  readonly from?: number
  readonly verifyOnly?: boolean
  readonly ifEqual?: boolean
  readonly sample?: number
}

export function registerRebuild(projections: Command, terminal: Terminal): void {
  projections
    .command('rebuild')
    .description('make a projection anew beside its live rows or tables, compare the two, and swap')
    .argument('<name>', 'the projection')
    .option('--workers <count>', 'shares folded at once; what pays on this machine when absent', wholeNumber(1, 64))
    .option('--from <position>', 'only keys that an event after this position has touched', wholeNumber(1))
    .option('--verify-only', 'build and compare, and swap nothing; a later rebuild swaps what was built')
    .option('--if-equal', 'swap only where no row differs')
    .option('--sample <count>', 'how many rows that differ are shown; 10 when absent', wholeNumber(0, 1_000))
    .addHelpText(
      'after',
      '\nA rebuild that was stopped goes on where it was: give the same command again.\n' +
        'Workers, a position and a sample are for read models.\n' +
        'The exit code is 1 when nothing was swapped that was to be, or with --verify-only when rows differ.',
    )
    .action((name: string, _options: unknown, command: Command) =>
      withProjection(command, name, async (session) => {
        const rebuilt = await rebuild(session, command.optsWithGlobals(), terminal)
        terminal.print(session.json ? JSON.stringify(rebuilt) : toText(name, rebuilt))
        if (rebuilt.status === 'refused' || (rebuilt.status === 'verified' && !isEqual(rebuilt))) process.exitCode = 1
      }),
    )
}

async function rebuild(
  session: ProjectionSession,
  options: RebuildCommandOptions,
  terminal: Terminal,
): Promise<Rebuilt | RebuiltTables> {
  const bars = new PhaseBars(terminal)
  try {
    return await begin(session, options, { onProgress: (progress) => bars.show(progress), signal: terminal.signal })
  } catch (error) {
    if (!terminal.signal.aborted) throw error
    throw new Interruption(
      'Stopped; the live rows are as they were. Give the same command again: it goes on from here.',
    )
  } finally {
    bars.stop()
  }
}

type Watching = Required<
  Pick<NonNullable<Parameters<ProjectionSession['daybook']['rebuild']>[1]>, 'onProgress' | 'signal'>
>

async function begin(
  { daybook, definition, where, file }: ProjectionSession,
  { workers, from, verifyOnly = false, ifEqual = false, sample }: RebuildCommandOptions,
  watching: Watching,
): Promise<Rebuilt | RebuiltTables> {
  const accept = ifEqual ? { accept: ({ isEqual }: { readonly isEqual: boolean }) => isEqual } : {}
  const common = { ...where, ...watching, ...accept, verifyOnly }
  if ('kind' in definition) {
    if (workers === undefined && from === undefined && sample === undefined)
      return await daybook.rebuild(definition, common)
    throw new UsageProblem(`${definition.name} is SQL of your own: --workers, --from and --sample are for read models.`)
  }
  return await daybook.rebuild(definition, {
    ...common,
    ...(workers !== undefined && { workers }),
    ...(from !== undefined && { from }),
    ...(sample !== undefined && { sampleSize: sample }),
    ...(file !== undefined && { definition: { module: pathToFileURL(file) } }),
  })
}

function isEqual({ comparison }: Rebuilt | RebuiltTables): boolean {
  return comparison?.isEqual ?? true
}

const OUTCOMES: Readonly<Record<Rebuilt['status'], string>> = {
  swapped: 'is live now; what was live is kept: daybook projections rollback',
  verified: 'is built and compared; the live rows are as they were',
  refused: 'is built, and not swapped in, since rows differ; the live rows are as they were',
}

function toText(name: string, rebuilt: Rebuilt | RebuiltTables): string {
  const { status, generation, position, quarantined } = rebuilt
  const held = quarantined === 0 ? [] : [`${quarantined} keys wait in quarantine: daybook projections quarantine list`]
  return [
    `${name}: generation ${generation}, folded up to position ${position}, ${OUTCOMES[status]}`,
    ...toLines(rebuilt),
    ...held,
  ].join('\n')
}

function toLines({ comparison }: Rebuilt | RebuiltTables): readonly string[] {
  if (comparison === undefined) return ['It was not compared: nothing was live, or nothing that stood where it stands.']
  if ('tables' in comparison) return describeTables(comparison)
  return describeDifferences(comparison, { live: 'live', built: 'built' })
}
