import { type Command, InvalidArgumentError } from 'commander'
import type { Reconciled } from '../../projections/index.ts'
import type { GlobalOptions } from '../session.ts'
import { Interruption, type Terminal } from '../terminal.ts'
import { wholeNumber } from '../usage.ts'
import { type ReadModelSession, withReadModel } from './configured.ts'
import { describeDifferences } from './differences.ts'

interface ReconcileCommandOptions extends GlobalOptions {
  readonly sample?: number | 'all'
  readonly seed?: number
  readonly repair?: boolean
}

/** The rows of a pass are held in memory. */
const MAX_SAMPLE = 100_000

export function registerReconcile(projections: Command, terminal: Terminal): void {
  projections
    .command('reconcile')
    .description('fold rows anew from the log, and compare them with those that are live')
    .argument('<name>', 'the read model')
    .option('--sample <count>', 'about how many rows; a number, or all; 1,000 when absent', toSample)
    .option('--seed <number>', 'look at the same rows as an earlier time', wholeNumber(0))
    .option('--repair', 'put right what has drifted')
    .addHelpText(
      'after',
      '\nThe exit code is 1 when rows have drifted and were not put right, or cannot be folded from the log.',
    )
    .action((name: string, _options: unknown, command: Command) =>
      withReadModel(command, name, async (session) => {
        const result = await reconcile(session, command.optsWithGlobals(), terminal)
        terminal.print(session.json ? JSON.stringify(result) : toText(name, result))
        if (!isRight(result)) process.exitCode = 1
      }),
    )
}

/** Now, at the latest. */
function isRight({ isEqual, drifted, repaired, unfolded }: Reconciled): boolean {
  return isEqual || (unfolded.length === 0 && drifted > 0 && repaired === drifted)
}

function toSample(text: string): number | 'all' {
  if (text === 'all') return 'all'
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Expected a whole number, or all.')
  return wholeNumber(1, MAX_SAMPLE)(text)
}

async function reconcile(
  { daybook, readModel, where }: ReadModelSession,
  { sample, seed, repair = false }: ReconcileCommandOptions,
  terminal: Terminal,
): Promise<Reconciled> {
  const bar = terminal.progress('events', await daybook.head())
  try {
    return await daybook.reconcile(readModel, {
      ...where,
      ...(sample !== undefined && { sample }),
      ...(seed !== undefined && { seed }),
      repair,
      onProgress: ({ done, total }) => {
        bar.setTotal(total)
        bar.update(done)
      },
      signal: terminal.signal,
    })
  } catch (error) {
    if (!terminal.signal.aborted) throw error
    throw new Interruption('Stopped. What was put right stays so; give the same command again to look at the rest.')
  } finally {
    bar.stop()
  }
}

function toText(name: string, { rows, drifted, repaired, unfolded, seed, comparisons }: Reconciled): string {
  const details = comparisons
    .filter(({ isEqual }) => !isEqual)
    .flatMap((comparison) => describeDifferences(comparison, { live: 'live', built: 'folded' }))
  const mended = drifted === 0 ? '' : `, ${repaired} were put right`
  const unknown = unfolded.map(
    ({ key, position, error }) =>
      `  ${JSON.stringify(key)}: the event at position ${position} cannot be applied, and so not be compared\n    ${error}`,
  )
  const found = `${name}: ${rows} rows looked at (seed ${seed}), ${drifted} have drifted${mended}.`
  return [found, ...details, ...unknown].join('\n')
}
