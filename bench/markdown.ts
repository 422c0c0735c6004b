/** Writes the figures of a run into docs/performance.md, between two markers; the rest of the page is prose. */
import { readFileSync, writeFileSync } from 'node:fs'
import { type Line, toFigure, toLines, toVerdictText } from './compare.ts'
import type { Results, RowResult } from './measure.ts'

const PAGE = new URL('../docs/performance.md', import.meta.url)
const BEGIN = '<!-- figures: written by `npm run bench -- --markdown FILE` -->'
const END = '<!-- end of figures -->'

export function writeMarkdown(file: string): void {
  const results: Results = JSON.parse(readFileSync(file, 'utf8'))
  const page = readFileSync(PAGE, 'utf8')
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (begin === -1 || end < begin) throw new Error(`docs/performance.md lacks the markers ${BEGIN} and ${END}.`)
  writeFileSync(PAGE, `${page.slice(0, begin)}${BEGIN}\n\n${toMarkdown(results)}\n${page.slice(end)}`)
}

function toMarkdown(results: Results): string {
  const { machine, node, server, packages, size, repetitions, startedAt } = results
  const settings = Object.entries(server.settings).map(([name, value]) => `${name} ${value}`)
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`)
  return [
    `Measured on ${startedAt.slice(0, 10)}, size ${size}, medians of ${repetitions} interleaved repetitions, on ` +
      `${machine.cores} cores of ${machine.processor} with ${machine.memoryGB} GB; Node ${node}; PostgreSQL ` +
      `${server.version} (${settings.join(', ')}); ${versions.join(', ')}.`,
    '',
    ...results.rows.flatMap(toTable),
  ].join('\n')
}

function toTable(row: RowResult): string[] {
  const lines = toLines(row)
  const hasLatency = lines.some(({ median }) => median.p50Ms !== undefined)
  const head = ['', row.unit, 'daybook is', ...(hasLatency ? ['p50 ms', 'p99 ms'] : []), 'to reach']
  return [
    `### ${row.title}`,
    '',
    toRow(head),
    toRow(head.map((_, column) => (column === 0 || column === head.length - 1 ? '---' : '---:'))),
    ...lines.map((line) => toRow(toCells(line, lines[0]?.side ?? '', hasLatency))),
    '',
    ...(row.note === undefined ? [] : [row.note, '']),
  ]
}

function toRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function toCells({ side, median, ratio, verdicts }: Line, first: string, hasLatency: boolean): string[] {
  const latency = [median.p50Ms, median.p99Ms].map((figure) => (figure === undefined ? '' : toFigure(figure)))
  const judged = verdicts.map((verdict) => toVerdictText(verdict, first, '**missed**'))
  return [
    side,
    toFigure(median.value),
    ratio === undefined ? '' : `${toFigure(ratio)}×`,
    ...(hasLatency ? latency : []),
    judged.join('; '),
  ]
}
