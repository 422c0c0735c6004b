/** From samples to figures: medians, ratios to what each side is compared with, and what was reached. */
import type { RowResult } from './measure.ts'
import type { Sample, Target } from './row.ts'
import { medianOf } from './statistics.ts'

export interface Line {
  readonly side: string
  readonly median: Sample
  /** The first side's figure divided by this one's. */
  readonly ratio: number | undefined
  readonly verdicts: readonly Verdict[]
}

export interface Verdict {
  /** Whose figure it is. */
  readonly side: string
  /** Such as `p99 ≤ 20 ms` or `≥ 2.5×`. */
  readonly wanted: string
  readonly figure: number
  readonly isReached: boolean
}

/** A line a side. A target stands with the side that ours is compared with, or with ours if there is none. */
export function toLines(row: RowResult): Line[] {
  const medians = new Map(row.sides.map(({ name, samples }) => [name, medianOf(samples)]))
  const first = medians.get(row.sides[0]?.name ?? '')
  return [...medians].map(([side, median], place) => ({
    side,
    median,
    ratio: place === 0 || first === undefined ? undefined : first.value / median.value,
    verdicts: row.targets
      .filter((target) => (target.against ?? target.side) === side)
      .map((target) => judge(target, medians, row.unit)),
  }))
}

function judge(target: Target, medians: ReadonlyMap<string, Sample>, unit: string): Verdict {
  const { side, against, figure = 'value', atLeast, atMost } = target
  const ours = medians.get(side)?.[figure] ?? Number.NaN
  const theirs = against === undefined ? 1 : (medians.get(against)?.[figure] ?? Number.NaN)
  const isReached = ours / theirs >= (atLeast ?? -Infinity) && ours / theirs <= (atMost ?? Infinity)
  const what = { value: '', p50Ms: 'p50 ', p99Ms: 'p99 ' }[figure]
  const bound = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`
  const measure = figure === 'value' ? unit : 'ms'
  const wanted = `${what}${bound}${against === undefined ? ` ${measure}` : '×'}`
  return { side, wanted, figure: ours / theirs, isReached }
}

/** Such as `≥ 2.5×: 3.1 reached`; of another side than the first, with its name. */
export function toVerdictText({ side, wanted, figure, isReached }: Verdict, first: string, missed: string): string {
  const whose = side === first ? '' : ` (${side})`
  return `${wanted}: ${toFigure(figure)} ${isReached ? 'reached' : missed}${whose}`
}

/** Three digits that say something. */
export function toFigure(value: number): string {
  if (Number.isNaN(value)) return '–'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(3)))
}
