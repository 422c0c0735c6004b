import { unlessAborted } from '../store/index.ts'

export interface Limits {
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/** Does `work` until it is done, the time is up (and throws what `toError` gives), or the signal is aborted. */
export async function withTimeout<T>(
  { timeoutMs, signal }: Limits,
  work: (signal: AbortSignal) => Promise<T>,
  toError: () => Error,
): Promise<T> {
  const timedOut = new AbortController()
  const timer = setTimeout(() => timedOut.abort(toError()), timeoutMs)
  const either = signal === undefined ? timedOut.signal : AbortSignal.any([timedOut.signal, signal])
  try {
    return await unlessAborted(work(either), either)
  } finally {
    clearTimeout(timer)
  }
}
