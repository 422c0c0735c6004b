/** How long things take, for people to read. */

export interface Timed<Value> {
  readonly value: Value
  /** Such as `12 ms` or `3.4 s`. */
  readonly took: string
}

export async function timed<Value>(work: () => Promise<Value>): Promise<Timed<Value>> {
  const started = performance.now()
  const value = await work()
  return { value, took: formatDuration(performance.now() - started) }
}

function formatDuration(ms: number): string {
  return ms < 1_000 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : `${(ms / 1_000).toFixed(1)} s`
}
