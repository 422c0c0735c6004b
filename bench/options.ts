import { isAbsolute, join } from 'node:path'
import { parseArgs } from 'node:util'
import { SIZES, type Size } from './size.ts'

export interface Options {
  readonly filter: string
  readonly size: Size
  /** Where to write what was measured. */
  readonly json: string | undefined
  /** Where to read what was measured, to write it into docs/performance.md. */
  readonly markdown: string | undefined
}

export const USAGE = `npm run bench -- [options]
  --filter TEXT       only rows whose name holds TEXT
  --size small|full   how much work; full when absent
  --repetitions N     of each measurement
  --json FILE         writes machine, settings and every sample to FILE
  --markdown FILE     runs nothing: writes the table in docs/performance.md from such a FILE`

/** @throws an Error to show, when the arguments make no sense */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      filter: { type: 'string', default: '' },
      size: { type: 'string', default: 'full' },
      repetitions: { type: 'string' },
      json: { type: 'string' },
      markdown: { type: 'string' },
    },
  })
  const { filter, size: name, repetitions, json, markdown } = values
  if (name !== 'small' && name !== 'full') throw new Error(`--size is ${name}; give small or full.`)
  const size = { ...SIZES[name], ...(repetitions === undefined ? {} : { repetitions: toCount(repetitions) }) }
  return { filter, size, json: json && toPath(json), markdown: markdown && toPath(markdown) }
}

function toCount(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1) throw new Error(`--repetitions is ${text}; give a whole number from 1 on.`)
  return count
}

/** npm runs us in our own folder, and says where the caller was. */
function toPath(file: string): string {
  return isAbsolute(file) ? file : join(process.env.INIT_CWD ?? '.', file)
}
