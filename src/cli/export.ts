import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { type Command, Option } from 'commander'
import type { Daybook } from '../daybook-interface.ts'
import { type ExportFormat, estimateTotal, exportLog } from '../moving/index.ts'
import { openOutputFile } from './output-file.ts'
import { assertNoUrl, withDaybook } from './session.ts'
import { Interruption, type Terminal } from './terminal.ts'
import { FileProblem, wholeNumber } from './usage.ts'

interface ExportCommandOptions {
  readonly format: ExportFormat
  readonly category?: string
  readonly type?: readonly string[]
  readonly after?: number
}

export function registerExport(program: Command, terminal: Terminal): void {
  program
    .command('export')
    .description('write a log as lines of JSON, one for each event')
    .argument('[file]', 'compressed where its name ends in .gz; the standard output when absent')
    .addOption(
      new Option('--format <name>', 'the form of a line').choices(['daybook', 'cloudevents']).default('daybook'),
    )
    .option('--category <name>', 'only events of this category')
    .option('--type <name...>', 'only events of these types')
    .option('--after <position>', 'only events after this position', wholeNumber(0))
    .action(async (file: string | undefined, options: ExportCommandOptions, command: Command) => {
      assertNoUrl(file)
      await withDaybook(command, async ({ daybook }) => {
        const exported = await exportTo(file, daybook, options, terminal)
        terminal.say(`${exported} events exported${file === undefined ? '' : ` to ${file}`}.`)
      })
    })
}

async function exportTo(file: string | undefined, daybook: Daybook, options: ExportCommandOptions, terminal: Terminal) {
  const { format, category, type: types, after = 0 } = options
  const upTo = await daybook.head()
  const bar = terminal.progress('events', Math.max(0, upTo - after))
  const filter = { ...(category === undefined ? {} : { category }), ...(types === undefined ? {} : { types }) }
  let exported = 0
  const onProgress = (done: number, position: number) => {
    exported = done
    bar.setTotal(estimateTotal(done, { from: after, at: position, to: upTo }))
    bar.update(done)
  }
  async function* toText() {
    const reading = { ...filter, format, after, upTo, signal: terminal.signal, onProgress }
    for await (const lines of exportLog(daybook, reading)) yield `${lines.join('\n')}\n`
  }
  try {
    await write(toText(), file)
    return exported
  } catch (error) {
    if (!terminal.signal.aborted) throw unwritten(file, error)
    throw new Interruption(`Stopped after ${exported} events: export again to have them all.`)
  } finally {
    bar.stop()
  }
}

async function write(text: AsyncIterable<string>, file: string | undefined): Promise<void> {
  if (file === undefined) return await pipeline(Readable.from(text), process.stdout)
  const output = openOutputFile(file)
  try {
    const compressed = file.endsWith('.gz') ? [createGzip()] : []
    await pipeline([Readable.from(text), ...compressed, output.stream])
    output.keep()
  } catch (error) {
    output.discard()
    throw error
  }
}

/** What the system refuses names the call that it refused. */
function unwritten(file: string | undefined, error: unknown): unknown {
  if (file === undefined || !(error instanceof Error && 'syscall' in error)) return error
  return new FileProblem(`The file ${file} cannot be written: ${error.message}.`, { cause: error })
}
