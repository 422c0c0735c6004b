import type { Difference, RowComparison, TableComparison } from '../../projections/index.ts'

/** What the two sides are called. */
export interface Sides {
  readonly live: string
  readonly built: string
}

export function describeDifferences(comparison: RowComparison, sides: Sides): readonly string[] {
  const { equal, different, onlyLive, onlyBuilt, undecided, partitions, sample } = comparison
  const differing = partitions.filter(({ live, built }) => live.checksum !== built.checksum)
  return [
    `${equal} rows are the same; ${different} differ, ${onlyLive} are ${sides.live} alone, ` +
      `${onlyBuilt} are ${sides.built} alone${undecided === 0 ? '' : `; ${undecided} could not be decided`}.`,
    ...(differing.length === 0
      ? []
      : [`The checksums of ${differing.length} of ${partitions.length} partitions differ.`]),
    ...sample.map((difference) => describe(difference, sides)),
  ]
}

function describe({ key, live, built }: Difference, sides: Sides): string {
  const show = (row: Difference['live']) => (row === undefined ? '(none)' : JSON.stringify(row.row))
  return `  ${JSON.stringify(key)}\n    ${sides.live}: ${show(live)}\n    ${sides.built}: ${show(built)}`
}

export function describeTables({ tables }: TableComparison): readonly string[] {
  return tables.map(({ name, live, built }) => {
    const count = (sum: typeof live) => (sum === undefined ? 'no such table' : `${sum.rows} rows`)
    const isEqual = live?.rows === built?.rows && live?.checksum === built?.checksum
    return isEqual
      ? `${name}: ${count(live)}, the same`
      : `${name}: ${count(live)} live, ${count(built)} built; they differ`
  })
}
