/**
 * Writes the sizing table of docs/scaling.md: computed from the figures of a benchmark run (`npm run bench -- --json
 * figures.json`, then `npm run sizing -- figures.json`) and from what an event takes on disk.
 */
import { readFileSync, writeFileSync } from 'node:fs'

/** With everything around it: of the benchmark's events of some 300 bytes, after an import of 30,000. */
const BYTES_PER_EVENT = { postgres: 633, nats: 520 }
/** A database and its standby; a log's copies on NATS. */
const COPIES = { postgres: 2, nats: 3 }
/** Days are not even: the busiest hour is taken to be so much busier than the average one. */
const PEAK = 4
/** A log is not run at more than this share of what was measured. */
const USED = 0.5
/** The machines that the table counts. */
const CORES = 8
const EVENTS_PER_DAY = [1e6, 1e7, 1e8, 1e9, 1e10, 1e11]
const DAY_S = 86_400
const BEGIN = '<!-- sizing: written by `npm run sizing -- FILE` -->'
const END = '<!-- end of sizing -->'
const PAGE = 'docs/scaling.md'

interface Figures {
  readonly startedAt: string
  readonly size: string
  readonly machine: { readonly processor: string; readonly cores: number }
  readonly rows: readonly { readonly name: string; readonly sides: readonly Side[] }[]
}

interface Side {
  readonly name: string
  readonly samples: readonly { readonly value: number }[]
}

type Engine = keyof typeof BYTES_PER_EVENT

function rateOf({ rows }: Figures, name: string): number {
  const side = rows.find((row) => row.name === name)?.sides.find((each) => each.name === 'daybook')
  if (side === undefined) throw new Error(`The figures have no row ${name} with a side daybook.`)
  const values = side.samples.map(({ value }) => value).sort((one, other) => one - other)
  return values[Math.floor(values.length / 2)] as number
}

function toLine(perDay: number, rates: Readonly<Record<Engine, number>>, cores: number): string {
  const peak = (perDay / DAY_S) * PEAK
  const logs = (engine: Engine) => Math.ceil(peak / (rates[engine] * USED))
  const terabytes = (engine: Engine) => (perDay * 365 * BYTES_PER_EVENT[engine] * COPIES[engine]) / 1e12
  // What was measured had the run's cores for one log, its server and its callers.
  const logsPerMachine = Math.max(1, Math.floor(CORES / cores))
  const databases = Math.ceil(logs('postgres') / logsPerMachine)
  const nodes = 3 * Math.ceil(logs('nats') / (3 * logsPerMachine))
  const cells = [
    count(perDay),
    count(Math.ceil(peak)),
    `${count(logs('postgres'))} on ${count(databases)} and ${count(databases)} standby`,
    toText(terabytes('postgres')),
    `${count(logs('nats'))} on ${count(nodes)}`,
    toText(terabytes('nats')),
  ]
  return `| ${cells.join(' | ')} |`
}

function count(n: number): string {
  return n.toLocaleString('en-US')
}

function toText(terabytes: number): string {
  return terabytes < 10 ? terabytes.toFixed(1) : count(Math.round(terabytes))
}

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('Usage: npm run sizing -- figures.json')
const figures = JSON.parse(readFileSync(file, 'utf8')) as Figures
const rates = { postgres: rateOf(figures, 'appends-64'), nats: rateOf(figures, 'nats-appends-64') }
const { processor, cores } = figures.machine
const source =
  `Computed, from a run of size ${figures.size} of ${figures.startedAt.slice(0, 10)} on ${cores} cores (${processor}), ` +
  `servers and callers together: ${count(Math.round(rates.postgres))} events/s in one log on PostgreSQL, ` +
  `${count(Math.round(rates.nats))} on NATS with three copies.`
const head = [
  '| events a day | a second, at peak | PostgreSQL: logs on machines | TB a year | NATS: logs on machines | TB a year |',
  '| --- | --- | --- | --- | --- | --- |',
]
const lines = EVENTS_PER_DAY.map((perDay) => toLine(perDay, rates, cores))
const page = readFileSync(PAGE, 'utf8')
const [before = '', after = ''] = [page.split(BEGIN)[0], page.split(END)[1]]
writeFileSync(PAGE, `${before}${BEGIN}\n\n${source}\n\n${[...head, ...lines].join('\n')}\n\n${END}${after}`)
