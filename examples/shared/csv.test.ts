import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { countLines, readCsv } from './csv.ts'
import { makeFolder, writeFixture } from './fixtures.ts'

async function read(file: string, columns: readonly string[] = ['a', 'b']) {
  const rows: string[] = []
  const fault = await collect(file, columns, rows).then(
    () => undefined,
    (error: Error) => `${error.name}: ${error.message.replace(file, 'FILE')}`,
  )
  return { rows, fault }
}

async function collect(file: string, columns: readonly string[], rows: string[]): Promise<void> {
  for await (const { line, fields } of readCsv(file, columns)) rows.push([line, ...Object.values(fields)].join(' '))
}

describe('csv', () => {
  test('finds columns by name in any order, and gives the line of each row', async () => {
    const file = writeFixture('plain.csv', '\ufeffb;"x";"a"\r\n2;"";"1"\r\n\r\n4;"y;""z""";3\r\n')
    expect(await read(file)).toEqual({ rows: ['2 1 2', '4 3 4'], fault: undefined })
  })

  test('reads gzip by its content, whatever the name', async () => {
    const file = writeFixture('zipped.csv', gzipSync('a;b\n1;2\n'))
    expect(await read(file)).toEqual({ rows: ['2 1 2'], fault: undefined })
    expect(await countLines(file)).toBe(2)
  })

  test('names a file that is not there, and a folder', async () => {
    expect((await read('nowhere.csv')).fault).toBe('FileProblem: FILE: there is no such file')
    const folder = makeFolder()
    expect((await read(folder)).fault).toBe('FileProblem: FILE: this is a folder; expected a file')
  })

  test('names a missing column, expected and found', async () => {
    const file = writeFixture('header.csv', 'a;c\n1;2\n')
    expect((await read(file)).fault).toBe('FileProblem: FILE:1: no column "b"; expected a;b, found a;c')
  })

  test('says that a file is empty', async () => {
    const file = writeFixture('empty.csv', '')
    expect((await read(file)).fault).toBe('FileProblem: FILE:1: the file is empty; expected the columns a;b')
  })

  test.each([
    ['3', '1 fields; expected 2, as the header has'],
    ['3;4;5', '3 fields; expected 2, as the header has'],
    ['3;4"5', 'a quote in the wrong place; expected fields such as 12.50;"A ""B"" C"'],
    ['3;"4', 'a quote in the wrong place; expected fields such as 12.50;"A ""B"" C"'],
    [`3;"${'4'.repeat(100_000)}`, 'a row of more than 65536 bytes; is a quote left open?'],
  ])('gives the rows before a malformed one, then its line (%#)', async (malformed, problem) => {
    const file = writeFixture('malformed.csv', `a;b\n1;2\n${malformed}\n5;6\n7;"8"\n`)
    expect(await read(file)).toEqual({ rows: ['2 1 2'], fault: `FileProblem: FILE:3: ${problem}` })
  })

  test('refuses text of another encoding, by its line', async () => {
    const file = writeFixture('latin-1.csv', Buffer.from('a;b\n1;2\n3;V\u00ddB\u011aR\n', 'latin1'))
    expect(await read(file)).toEqual({
      rows: ['2 1 2'],
      fault: 'FileProblem: FILE:3: bytes that are no UTF-8; save the file as UTF-8',
    })
  })

  test('gives the rows before the place where a gzipped file breaks off', async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `${index};${Math.imul(index, 0x9e3779b1) >>> 0}`)
    const whole = gzipSync(`a;b\n${lines.join('\n')}\n`)
    const { rows, fault } = await read(writeFixture('half.csv.gz', whole.subarray(0, whole.length / 2)))
    expect(rows.length).toBeGreaterThan(1_000)
    expect(rows.at(-1)).toBe(`${rows.length + 1} ${lines[rows.length - 1]?.replace(';', ' ')}`)
    expect(fault).toBe(`FileProblem: FILE:${rows.length + 2}: breaks off: unexpected end of file`)
  })
})
