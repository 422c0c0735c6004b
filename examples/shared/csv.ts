/**
 * Reads files of rows: `;` or another character between fields, quotes where needed, a header that names the columns;
 * plain or gzipped, which their content tells and not their name. Rows come one by one, so a file may be larger than memory. What is
 * wrong becomes a FileProblem with file and line, thrown after the last good row before it was given out.
 */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { type CsvError, type Info, parse } from 'csv-parse'

/** `FILE:LINE: what is wrong, what was expected`. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem'

  constructor(file: string, line: number | undefined, problem: string, options?: ErrorOptions) {
    super(`${line === undefined ? file : `${file}:${line}`}: ${problem}`, options)
  }
}

export interface CsvRow<Column extends string> {
  readonly line: number
  readonly fields: Readonly<Record<Column, string>>
}

interface CsvRecord {
  readonly line: number
  readonly cells: readonly string[]
}

const DELIMITER = ';'
/** What the parser puts where bytes are no UTF-8. A text that is garbled would stay so for ever in a book. */
const REPLACEMENT = '\ufffd'
/** No row of ours is this long; a quote that is never closed ends here, and not with memory. */
const MAX_ROW_BYTES = 65_536

/** The rows of a file that has at least these columns, in any order. */
export async function* readCsv<Column extends string>(
  file: string,
  columns: readonly Column[],
  delimiter = DELIMITER,
): AsyncGenerator<CsvRow<Column>> {
  let places: readonly (readonly [Column, number])[] | undefined
  let width = 0
  for await (const { line, cells } of readRecords(file, delimiter)) {
    if (places === undefined) {
      places = findColumns(file, cells, { columns, delimiter })
      width = cells.length
    } else if (cells.length !== width) {
      throw new FileProblem(file, line, `${cells.length} fields; expected ${width}, as the header has`)
    } else if (cells.some((cell) => cell.includes(REPLACEMENT))) {
      throw new FileProblem(file, line, 'bytes that are no UTF-8; save the file as UTF-8')
    } else {
      // Each column is there, and each row has as many cells as the header.
      const fields = Object.fromEntries(places.map(([column, place]) => [column, cells[place]]))
      yield { line, fields: fields as Record<Column, string> }
    }
  }
  if (places === undefined)
    throw new FileProblem(file, 1, `the file is empty; expected the columns ${columns.join(delimiter)}`)
}

/** How many lines a file has, roughly: for a progress bar. */
export async function countLines(file: string): Promise<number> {
  let lines = 0
  for await (const chunk of untilBroken(await openContent(file), {})) {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++
  }
  return lines
}

/** Where in a row each column stands. */
function findColumns<Column extends string>(
  file: string,
  header: readonly string[],
  { columns, delimiter }: { readonly columns: readonly Column[]; readonly delimiter: string },
) {
  const missing = columns.filter((column) => !header.includes(column))
  if (missing.length === 0) return columns.map((column) => [column, header.indexOf(column)] as const)
  const names = missing.map((column) => `"${column}"`).join(', ')
  throw new FileProblem(
    file,
    1,
    `no column ${names}; expected ${columns.join(delimiter)}, found ${header.join(delimiter)}`,
  )
}

/** What keeps a file from being read to its end. */
interface Trouble {
  malformed?: CsvError
  broken?: Error
}

async function* readRecords(file: string, delimiter: string): AsyncGenerator<CsvRecord> {
  const trouble: Trouble = {}
  const parser = pipeline(
    Readable.from(untilBroken(await openContent(file), trouble)),
    toParser(trouble, delimiter),
    () => {},
  )
  let line = 0
  for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
    if (trouble.malformed !== undefined && info.records > Number(trouble.malformed.records)) break
    // The last row of a file that breaks off is half a row.
    if (trouble.broken !== undefined && parser.readableLength === 0) break
    line = info.lines
    yield { line, cells: record }
  }
  const { malformed, broken } = trouble
  if (malformed !== undefined)
    throw new FileProblem(file, line + 1, describe(malformed, delimiter), { cause: malformed })
  if (broken !== undefined) throw new FileProblem(file, line + 1, `breaks off: ${broken.message}`, { cause: broken })
}

/** An error that the parser throws would take along the good rows in its buffer: it skips instead, and tells. */
function toParser(trouble: Trouble, delimiter: string) {
  return parse({
    bom: true,
    delimiter,
    info: true,
    max_record_size: MAX_ROW_BYTES,
    on_skip(error) {
      if (error !== undefined) trouble.malformed ??= error
      return undefined
    },
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
  })
}

function describe(error: CsvError, delimiter: string): string {
  if (error.code === 'CSV_MAX_RECORD_SIZE') return `a row of more than ${MAX_ROW_BYTES} bytes; is a quote left open?`
  if (error.code.includes('QUOTE'))
    return `a quote in the wrong place; expected fields such as 12.50${delimiter}"A ""B"" C"`
  return error.message
}

async function openContent(file: string): Promise<Readable> {
  try {
    const isZipped = await isGzip(file)
    const source = createReadStream(file)
    return isZipped ? pipeline(source, createGunzip(), () => {}) : source
  } catch (error) {
    throw new FileProblem(file, undefined, explain(error as NodeJS.ErrnoException), { cause: error })
  }
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file)
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    return buffer.readUInt16BE() === 0x1f8b
  } finally {
    await handle.close()
  }
}

function explain(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'there is no such file'
  if (error.code === 'EISDIR') return 'this is a folder; expected a file'
  return `cannot be read: ${error.message}`
}

/** The content as far as it goes: a file that breaks off midway still has good rows before. */
async function* untilBroken(source: Readable, trouble: Trouble): AsyncGenerator<Buffer> {
  try {
    yield* source
  } catch (error) {
    trouble.broken = error as Error
  }
}
