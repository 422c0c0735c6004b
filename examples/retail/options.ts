/** What was asked for on the command line. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

export interface Options {
  readonly store: string
  /** The retailer's file; an invented month when undefined. */
  readonly file: string | undefined
  readonly seed: number
  readonly elasticsearch: string
  readonly redis: string
  readonly search: string
  readonly help: boolean
}

export const HELP = `A shop's month on an event store, with its read models where each is best kept.

  npm run example -- retail

  --store URL           where the events are kept: file:DIR, postgres://…, memory:   (file:./.daybook/retail)
  --file FILE           a retailer's invoices, plain or gzipped      (retail-2010-12.csv.gz in DAYBOOK_DATA, if there)
  --seed N              another invented month, where there is no file               (1)
  --elasticsearch URL   Elasticsearch or OpenSearch, for the catalogue               (http://127.0.0.1:9200)
  --redis URL           Redis, for the stock                                         (redis://127.0.0.1:6379)
  --search WORDS        what to look for in the catalogue                            (lantern)
  --help                this

Servers that are not there are done without. Start it again at any time: an invoice is never booked twice.`

/** A command line that cannot be followed. */
export class UsageProblem extends Error {
  override readonly name = 'UsageProblem'
}

/** Where the retailer's file is; undefined when it is nowhere. */
export function findData(): string | undefined {
  const file = join(process.env.DAYBOOK_DATA ?? process.env.DAYBOOK_TEST_DATA ?? '../shared/data', FILE)
  return existsSync(file) ? file : undefined
}

const FILE = 'retail-2010-12.csv.gz'

/** @throws UsageProblem */
export function readOptions(args: readonly string[]): Options {
  const values = parse(args)
  const seed = /^\d{1,9}$/.test(values.seed) ? Number(values.seed) : undefined
  if (seed === undefined) throw new UsageProblem(`--seed is ${JSON.stringify(values.seed)}; expected a whole number.`)
  return { ...values, seed, file: values.file ?? findData() }
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        store: { type: 'string', default: 'file:./.daybook/retail' },
        file: { type: 'string' },
        seed: { type: 'string', default: '1' },
        elasticsearch: { type: 'string', default: 'http://127.0.0.1:9200' },
        redis: { type: 'string', default: 'redis://127.0.0.1:6379' },
        search: { type: 'string', default: 'lantern' },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    })
    return values
  } catch (error) {
    // parseArgs throws for what it does not know, with a message for people.
    throw new UsageProblem((error as Error).message, { cause: error })
  }
}
