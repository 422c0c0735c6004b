/**
 * Daybook beside the raw drivers and its peers: one run, on one machine, on servers that are started for it and
 * removed at its end. What is compared takes turns; what is printed are medians and ratios.
 */
import { writeFileSync } from 'node:fs'
import { Databases } from './databases.ts'
import { readFacts } from './facts.ts'
import { writeMarkdown } from './markdown.ts'
import { measureRow, type Results, type RowResult } from './measure.ts'
import { NatsClusters } from './nats.ts'
import { type Options, readOptions, USAGE } from './options.ts'
import { Progress } from './progress.ts'
import { RedisServers } from './redis.ts'
import { printFacts, printRow } from './report.ts'
import { toRows } from './rows/index.ts'
import { SearchServers } from './search.ts'
import { startServer } from './server.ts'

/** As a shell says of a program that Ctrl-C ended. */
const INTERRUPTED = 130

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (options.markdown !== undefined) return writeMarkdown(options.markdown)
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort(new Error('Interrupted.'))
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  try {
    await run(options, interrupted.signal)
  } catch (error) {
    if (!interrupted.signal.aborted) throw error
    console.error('\nInterrupted; the server is removed.')
    process.exitCode = INTERRUPTED
  }
}

async function run(options: Options, signal: AbortSignal): Promise<void> {
  const { size } = options
  const all = toRows(size)
  const rows = all.filter(({ name }) => name.includes(options.filter))
  if (rows.length === 0) throw new Error(`No row holds ${options.filter}: ${all.map(({ name }) => name).join(', ')}`)
  const progress = new Progress()
  await using server = await startServer()
  const facts = await readFacts(server.url)
  printFacts(facts)
  const onFilling = (events: number, of: number) => progress.show(`filling a log, ${events} of ${of} events`)
  const databases = await Databases.prepare(server, onFilling)
  await using redis = new RedisServers(onFilling)
  await using search = new SearchServers()
  await using nats = new NatsClusters(onFilling)
  const results: RowResult[] = []
  for (const [place, row] of rows.entries()) {
    progress.begin(`${row.name} (${place + 1} of ${rows.length})`)
    const result = await measureRow({ databases, redis, search, nats, size, signal }, row, (what) =>
      progress.show(what),
    )
    results.push(result)
    progress.clear()
    printRow(result)
    // After each row: what was measured before an interruption is kept.
    if (options.json !== undefined) {
      const measured: Results = { ...facts, size: size.name, repetitions: size.repetitions, rows: results }
      writeFileSync(options.json, `${JSON.stringify(measured, null, 2)}\n`)
    }
  }
}

await main().catch((error: unknown) => {
  console.error(error)
  console.error(`\n${USAGE}`)
  process.exitCode = 1
})
