import type { Sample } from './row.ts'

/** `share` from 0 to 1; the nearest value that was really measured. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Figure by figure. */
export function medianOf(samples: readonly Sample[]): Sample {
  const of = (figure: keyof Sample) => median(samples.flatMap((sample) => sample[figure] ?? []))
  const hasLatency = samples.some(({ p50Ms }) => p50Ms !== undefined)
  return { value: of('value'), ...(hasLatency ? { p50Ms: of('p50Ms'), p99Ms: of('p99Ms') } : {}) }
}
