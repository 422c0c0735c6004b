import { type Context, context, createContextKey } from '@opentelemetry/api'

/** How often a command under way has tried to append. It stays at 0 where no context manager is registered. */
export interface Attempts {
  count: number
}

const ATTEMPTS = createContextKey('daybook attempts')

/** The context of a command, in which its appends are counted. */
export function withAttempts(of: Context, attempts: Attempts): Context {
  return of.setValue(ATTEMPTS, attempts)
}

/** An append is about to be made; if for a command, then it counts. */
export function countAttempt(): void {
  const attempts = context.active().getValue(ATTEMPTS) as Attempts | undefined
  if (attempts !== undefined) attempts.count++
}
