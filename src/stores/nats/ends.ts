/** Where a log ends, as its leader has it. */
import type { LogStream } from './log-stream.ts'
import type { Records } from './records.ts'

export interface LogEnds {
  /** The sequence of the log's last message. */
  readonly last: number
  /** The sequence of its last message of events. */
  readonly events: number
}

/** A log that does not come to rest so often is asked for its last events by their subject, which is slower. */
const MAX_LOOKS = 5

/**
 * The last sequence may be seen in the middle of an append, whose other messages are there before anybody is given one
 * of them: an append is never seen in half.
 */
export async function findEnds(stream: LogStream, records: Records): Promise<LogEnds> {
  let last = await stream.lastSequence()
  for (let looks = 0; last > 0 && looks < MAX_LOOKS; looks++) {
    const message = await stream.get({ seq: last })
    if (message === undefined) break
    if (stream.subjects.holdsEvents(message.subject)) {
      const { sequence, parsed } = await records.ending(message)
      const end = sequence + (parsed.rest ?? 0)
      return { last: end, events: end }
    }
    const now = await stream.lastSequence()
    // A command without events, or one that is forgotten, is the last thing in the log.
    if (now === last) break
    last = now
  }
  return { last, events: last === 0 ? 0 : await stream.lastOf(stream.subjects.events) }
}
