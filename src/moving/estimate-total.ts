/** A stretch of a log: where it begins and ends, and how far one has come. */
export interface Stretch {
  readonly from: number
  readonly at: number
  readonly to: number
}

/**
 * How many events a stretch holds, judged by how many were met so far: positions may have gaps, and not every event may
 * be wanted. Exact where every position is one.
 */
export function estimateTotal(met: number, { from, at, to }: Stretch): number {
  return at <= from ? to - from : Math.round((met * (to - from)) / (at - from))
}
