/**
 * The events of some types, from history into the present: history by a read of its own, the present by the tail that all
 * of the process share. Who is too slow for that falls off, reads on, and joins again.
 */
import type { RecordedEvent } from '../events/index.ts'
import { type FollowerProgress, readOwn, type SharedTail } from '../following/index.ts'
import type { EventLog } from '../store/index.ts'

export interface Followed {
  readonly log: EventLog
  readonly tail: SharedTail
  /** It begins at its position, and enters its phases. */
  readonly progress: FollowerProgress
  readonly types: readonly string[]
}

export interface Stretch {
  readonly events: readonly RecordedEvent[]
  /** Up to here there are no others. */
  readonly upTo: number
}

/** Nearer to the head than this, reading history takes no longer than what comes in meanwhile. */
const NEAR = 1_000
/** How long one wait for events lasts. */
const WAIT_MS = 2_000

export async function* followOwn(followed: Followed, signal: AbortSignal): AsyncGenerator<Stretch> {
  let { position } = followed.progress
  while (!signal.aborted) {
    for await (const stretch of catchUp(followed, position, signal)) {
      yield stretch
      position = stretch.upTo
    }
    for await (const stretch of stayLive(followed, position, signal)) {
      yield stretch
      position = stretch.upTo
    }
  }
}

async function* catchUp(followed: Followed, after: number, signal: AbortSignal): AsyncGenerator<Stretch> {
  const { log, progress } = followed
  let position = after
  for (let head = await log.head(); head - position > NEAR && !signal.aborted; head = await log.head()) {
    progress.enter('catching up')
    yield* readUpTo(followed, { after: position, upTo: head, signal })
    position = head
  }
}

/** Until it falls off. */
async function* stayLive(followed: Followed, after: number, signal: AbortSignal): AsyncGenerator<Stretch> {
  const { tail, progress, types } = followed
  const isOwn = new Set(types)
  const subscription = await tail.join()
  try {
    const upTo = Math.max(after, subscription.position)
    if (upTo > after) yield* readUpTo(followed, { after, upTo, signal })
    progress.enter('live')
    while (!signal.aborted) {
      const given = await subscription.next(WAIT_MS, signal)
      if (given === undefined) return
      const last = given.at(-1)?.position ?? 0
      if (last <= upTo) continue
      const events = given.filter(({ type, position }) => isOwn.has(type) && position > upTo)
      yield { events, upTo: last }
    }
  } finally {
    subscription.leave()
  }
}

interface Span {
  readonly after: number
  readonly upTo: number
  readonly signal: AbortSignal
}

async function* readUpTo({ log, types }: Followed, span: Span): AsyncGenerator<Stretch> {
  for await (const events of readOwn(log, { types, ...span })) {
    yield { events, upTo: events.at(-1)?.position ?? span.after }
  }
  if (!span.signal.aborted) yield { events: [], upTo: span.upTo }
}
