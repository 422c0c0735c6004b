import type { LogReading } from './log-reading.ts'
import { firstPosition, type StoredMessage } from './record.ts'

/** By bisection, as no event is earlier than the one before: of the last event recorded at or before `timeMs`. */
export async function findPositionAt({ stream, records, askEnd }: LogReading, timeMs: number): Promise<number> {
  const subject = stream.subjects.events
  const end = await askEnd(subject)
  let position = 0
  let low = 1
  let high = end
  while (low <= high) {
    const middle = Math.floor((low + high) / 2)
    const [message] = (await records.next({ subject, from: middle, end, count: 1 })) as [StoredMessage]
    const record = await records.ending(message)
    const events = (await records.toEvents(record)).filter(({ recordedAt }) => recordedAt.getTime() <= timeMs)
    const isWhole = events.length === record.parsed.events.length
    if (events.length > 0) position = Math.max(position, firstPosition(record) + events.length - 1)
    if (isWhole) low = record.sequence + 1
    else high = middle - 1
  }
  return position
}
