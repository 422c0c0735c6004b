import { pathToFileURL } from 'node:url'
import type { Command } from 'commander'
import type { RebuildProgress, Rebuilt, RowComparison } from '../../projections/index.ts'
import type { ProgressBar } from '../progress.ts'
import type { GlobalOptions } from '../session.ts'
import { Interruption, type Terminal } from '../terminal.ts'
import { wholeNumber } from '../usage.ts'
import { type ReadModelSession, withReadModel } from './configured.ts'
import { describeDifferences } from './differences.ts'

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
    .description('fold a read model anew beside its live rows, compare the two, and swap')
    .argument('<name>', 'the read model')
    .option('--workers <count>', 'shares folded at once; what pays on this machine when absent', wholeNumber(1, 64))
    .option('--from <position>', 'only keys that an event after this position has touched', wholeNumber(1))
    .option('--verify-only', 'build and compare, and swap nothing; a later rebuild swaps what was built')
    .option('--if-equal', 'swap only where no row differs')
    .option('--sample <count>', 'how many rows that differ are shown; 10 when absent', wholeNumber(0, 1_000))
    .addHelpText(
      'after',
      '\nA rebuild that was stopped goes on where it was: give the same command again.\n' +
        'The exit code is 1 when nothing was swapped that was to be, or with --verify-only when rows differ.',
    )
    .action((name: string, _options: unknown, command: Command) =>
      withReadModel(command, name, async (session) => {
        const rebuilt = await rebuild(session, command.optsWithGlobals(), terminal)
        terminal.print(session.json ? JSON.stringify(rebuilt) : toText(name, rebuilt))
        if (rebuilt.status === 'refused' || (rebuilt.status === 'verified' && !isEqual(rebuilt))) process.exitCode = 1
      }),
    )
}

async function rebuild(
  { daybook, readModel, where, file }: ReadModelSession,
  { workers, from, verifyOnly = false, ifEqual = false, sample }: RebuildCommandOptions,
  terminal: Terminal,
): Promise<Rebuilt> {
  const bars = new PhaseBars(terminal)
  try {
    return await daybook.rebuild(readModel, {
      ...where,
      ...(workers !== undefined && { workers }),
      ...(from !== undefined && { from }),
      ...(sample !== undefined && { sampleSize: sample }),
      ...(file !== undefined && { definition: { module: pathToFileURL(file) } }),
      verifyOnly,
      accept: (comparison) => !ifEqual || comparison.isEqual,
      onProgress: (progress) => bars.show(progress),
      signal: terminal.signal,
    })
  } catch (error) {
    if (!terminal.signal.aborted) throw error
    throw new Interruption(
      'Stopped; the live rows are as they were. Give the same command again: it goes on from here.',
    )
  } finally {
    bars.stop()
  }
}

/** A bar for each phase. */
class PhaseBars {
  readonly #terminal: Terminal
  #phase = ''
  #bar: ProgressBar | undefined

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  show({ phase, done, total }: RebuildProgress): void {
    if (phase !== this.#phase) {
      this.stop()
      this.#phase = phase
      this.#terminal.say(`${phase} …`)
      const unit = phase === 'comparing' || phase === 'taking over' ? 'rows' : 'events'
      this.#bar = this.#terminal.progress(unit, total)
    }
    this.#bar?.setTotal(total)
    this.#bar?.update(done)
  }

  stop(): void {
    this.#bar?.stop()
    this.#bar = undefined
  }
}

function isEqual({ comparison }: Rebuilt): boolean {
  return comparison?.isEqual ?? true
}

const OUTCOMES: Readonly<Record<Rebuilt['status'], string>> = {
  swapped: 'is live now; what was live is kept: daybook projections rollback',
  verified: 'is built and compared; the live rows are as they were',
  refused: 'is built, and not swapped in, since rows differ; the live rows are as they were',
}

function toText(name: string, { status, generation, position, quarantined, comparison }: Rebuilt): string {
  const held = quarantined === 0 ? [] : [`${quarantined} keys wait in quarantine: daybook projections quarantine list`]
  return [
    `${name}: generation ${generation}, folded up to position ${position}, ${OUTCOMES[status]}`,
    ...(comparison === undefined ? ['Nothing was live to compare it with.'] : toLines(comparison)),
    ...held,
  ].join('\n')
}

function toLines(comparison: RowComparison): readonly string[] {
  return describeDifferences(comparison, { live: 'live', built: 'built' })
}
