import type { RepeatLookups } from '../../store/index.ts'
import { uuidArray } from './binary-arrays.ts'
import type { Session } from './database.ts'
import { decodeEvent } from './decode-event.ts'
import { statement } from './statements.ts'

export function repeatLookups(session: Session, log: string): RepeatLookups {
  return {
    log,
    eventsById: async (ids) => {
      const rows = await session.query(statement('events-by-id'), [log, uuidArray(ids)])
      return rows.map(decodeEvent)
    },
    streamVersion: async (stream) => {
      const [row] = await session.query(statement('stream-version'), [log, stream])
      return Number(row?.[0] ?? 0)
    },
    command: async (id) => {
      const [row] = await session.query(statement('command-by-id'), [log, id])
      const [digest, result, recordedAtMs] = row as readonly string[]
      return {
        record: { id, digest: digest as string, result: JSON.parse(result as string) },
        recordedAt: new Date(Math.round(Number(recordedAtMs))),
      }
    },
    head: async () => {
      const [head] = await session.query(statement('head'), [log])
      return Number(head?.[0] ?? 0)
    },
  }
}
