import { createReadStream, type ReadStream, statSync } from 'node:fs'
import { createGunzip } from 'node:zlib'
import type { Command } from 'commander'
import type { Daybook } from '../daybook-interface.ts'
import { type ImportedLines, importLines } from '../moving/index.ts'
import { assertNoUrl, type Session, withDaybook } from './session.ts'
import { Interruption, type Terminal } from './terminal.ts'
import { FileProblem, UsageProblem } from './usage.ts'

export function registerImport(program: Command, terminal: Terminal): void {
  program
    .command('import')
    .description('take in lines of JSON, as export writes them, or CloudEvents 1.0')
    .argument('[file]', 'compressed where its name ends in .gz; the standard input when absent')
    .addHelpText('after', '\nAn import that was stopped goes on where it stands: give the same command again.')
    .action(async (file: string | undefined, _options: unknown, command: Command) => {
      assertNoUrl(file)
      const input = openInput(file)
      const work = async ({ daybook, json }: Session) => {
        const { events, skipped, position } = await importFrom(input, daybook, terminal)
        if (json) terminal.print(JSON.stringify({ events, skipped, position }))
        else
          terminal.say(
            `${events} events imported${skipped === 0 ? '' : `, ${skipped} were there already`}; the log is at position ${position}.`,
          )
      }
      await withDaybook(command, work, { mayBegin: true })
    })
}

interface Input {
  readonly chunks: AsyncIterable<Uint8Array>
  /** Bytes of the file read so far, and of all of it; undefined for the standard input. */
  readonly size: number | undefined
  bytesRead(): number
}

const MEGABYTE = 1_000_000

function openInput(file: string | undefined): Input {
  if (file === undefined) return { chunks: process.stdin, size: undefined, bytesRead: () => 0 }
  const size = sizeOf(file)
  let stream: ReadStream | undefined
  async function* read(path: string): AsyncGenerator<Uint8Array> {
    stream = createReadStream(path)
    try {
      yield* path.endsWith('.gz') ? decompressed(stream) : stream
    } catch (cause) {
      throw unread(path, cause as Error)
    }
  }
  return { chunks: read(file), size, bytesRead: () => stream?.bytesRead ?? 0 }
}

function decompressed(stream: ReadStream): AsyncIterable<Uint8Array> {
  const plain = createGunzip()
  stream.on('error', (error) => plain.destroy(error)).pipe(plain)
  return plain
}

function unread(file: string, cause: Error): FileProblem {
  const problem = `The file ${file} cannot be read to its end: ${cause.message}.`
  return new FileProblem(`${problem} What was imported before it stays, and is skipped when a whole one is given.`, {
    cause,
  })
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size
  } catch (cause) {
    throw new UsageProblem(`The file ${file} cannot be read: ${(cause as Error).message}.`, { cause })
  }
}

async function importFrom(input: Input, daybook: Daybook, terminal: Terminal): Promise<ImportedLines> {
  const { size = 0 } = input
  const bar = terminal.progress('MB', Math.ceil(size / MEGABYTE))
  try {
    return await importLines(daybook, input.chunks, {
      signal: terminal.signal,
      onProgress: () => bar.update(Math.round(input.bytesRead() / MEGABYTE)),
    })
  } catch (error) {
    if (!terminal.signal.aborted) throw error
    throw new Interruption('Stopped. What is imported stays: to go on, give the same command again.')
  } finally {
    bar.stop()
  }
}
