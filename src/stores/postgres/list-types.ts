import type { TypeInfo } from '../../store/index.ts'
import type { Database } from './database.ts'
import { statement } from './statements.ts'

export async function listTypes(database: Database, log: string): Promise<readonly TypeInfo[]> {
  const rows = await database.query(statement('list-types'), [log])
  return rows.map(([category, type, schemaVersion, events, firstPosition, lastPosition]) => ({
    category: category as string,
    type: type as string,
    schemaVersion: Number(schemaVersion),
    events: Number(events),
    firstPosition: Number(firstPosition),
    lastPosition: Number(lastPosition),
  }))
}
