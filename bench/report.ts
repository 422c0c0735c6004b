/** The results for a terminal. */
import { type Line, toFigure, toLines, toVerdictText } from './compare.ts'
import type { Facts } from './facts.ts'
import type { RowResult } from './measure.ts'
import type { Unit } from './row.ts'

export function printFacts({ machine, node, server, packages }: Facts): void {
  const settings = Object.entries(server.settings).map(([name, value]) => `${name}=${value}`)
  const peers = Object.entries(packages).map(([name, version]) => `${name} ${version}`)
  console.log(`${machine.cores} cores of ${machine.processor}, ${machine.memoryGB} GB, ${machine.system}`)
  console.log(`Node ${node}, PostgreSQL ${server.version}: ${settings.join(' ')}`)
  console.log(peers.join(', '))
}

export function printRow(row: RowResult): void {
  const lines = toLines(row)
  const width = Math.max(...lines.map(({ side }) => side.length))
  console.log(`\n${row.title}  [${row.name}]`)
  const layout = { unit: row.unit, first: lines[0]?.side ?? '', width }
  for (const line of lines) console.log(`  ${printLine(line, layout)}`)
  if (row.note !== undefined) console.log(`  ${row.note}`)
}

interface Layout {
  readonly unit: Unit
  /** The side whose verdicts need no name. */
  readonly first: string
  readonly width: number
}

function printLine({ side, median, ratio, verdicts }: Line, { unit, first, width }: Layout): string {
  const { value, p50Ms, p99Ms } = median
  const latency = p50Ms === undefined ? '' : `p50 ${toFigure(p50Ms)} ms  p99 ${toFigure(p99Ms ?? Number.NaN)} ms`
  const judged = verdicts.map((verdict) => toVerdictText(verdict, first, 'MISSED'))
  const columns = [
    side.padEnd(width),
    `${toFigure(value)} ${unit}`.padStart(18),
    (ratio === undefined ? '' : `${toFigure(ratio)}×`).padStart(8),
    latency.padEnd(30),
    judged.join(', '),
  ]
  return columns.join('  ').trimEnd()
}
