/**
 * A closed loop: so many callers in this process, each making its next call when the last one is answered. The first
 * calls only warm up; then statistics are taken and a checkpoint is made, for every side alike, so that no plan is a
 * guess and no checkpoint falls into the measurement; then the rest is measured.
 */
import type { BenchDatabase } from './databases.ts'
import type { Context, Sample } from './row.ts'
import { percentile } from './statistics.ts'

export interface Load {
  readonly context: Context
  readonly database: Pick<BenchDatabase, 'settle'>
  readonly callers: number
  /** 1 when absent. */
  readonly eventsPerCall?: number
  call(caller: number): Promise<unknown>
}

export async function measureRate(load: Load): Promise<Sample> {
  const { latenciesMs, tookMs } = await measureLatencies(load)
  return {
    value: (latenciesMs.length * (load.eventsPerCall ?? 1) * 1_000) / tookMs,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
  }
}

/** The same, where the time that a call takes is the row's figure. */
export async function measureTime(load: Load): Promise<Sample> {
  const { latenciesMs } = await measureLatencies(load)
  const p50Ms = percentile(latenciesMs, 0.5)
  return { value: p50Ms, p50Ms, p99Ms: percentile(latenciesMs, 0.99) }
}

async function measureLatencies(load: Load): Promise<{ latenciesMs: number[]; tookMs: number }> {
  const { size } = load.context
  await callUntil(load, performance.now() + size.warmUpMs, [])
  await load.database.settle()
  const latenciesMs: number[] = []
  const start = performance.now()
  await callUntil(load, start + size.measureMs, latenciesMs)
  return { latenciesMs, tookMs: performance.now() - start }
}

async function callUntil(load: Load, end: number, latenciesMs: number[]): Promise<void> {
  const callers = Array.from({ length: load.callers }, (_, caller) => callAgainAndAgain(load, caller, end, latenciesMs))
  await Promise.all(callers)
}

async function callAgainAndAgain(load: Load, caller: number, end: number, latenciesMs: number[]): Promise<void> {
  for (let now = performance.now(); now < end; ) {
    await load.call(caller)
    const answered = performance.now()
    latenciesMs.push(answered - now)
    now = answered
    load.context.signal.throwIfAborted()
  }
}
