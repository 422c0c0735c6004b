/** Whether a server, as it is set, keeps what it has acknowledged when it, its machine or the power fails. */
import { notDurable } from '../../store/index.ts'
import type { Database } from './database.ts'
import { statement } from './statements.ts'

/** By setting: the code of its risk, and what is lost while it is off. The gravest first. */
const RISKS: Readonly<Record<string, readonly [code: string, risk: string]>> = {
  fsync: [
    'DAYBOOK_POSTGRES_FSYNC_OFF',
    'Its setting fsync is off: when its machine stops, what was acknowledged may be lost, and the whole database with ' +
      'it. Set fsync to on.',
  ],
  full_page_writes: [
    'DAYBOOK_POSTGRES_FULL_PAGE_WRITES_OFF',
    'Its setting full_page_writes is off: a page that was half written when its machine stopped stays so. Set ' +
      'full_page_writes to on.',
  ],
  synchronous_commit: [
    'DAYBOOK_POSTGRES_SYNCHRONOUS_COMMIT_OFF',
    'Its setting synchronous_commit is off for this user: when it stops, the last moments of acknowledged appends are ' +
      'lost. Set synchronous_commit to on for the roles that append.',
  ],
}

/** @throws `not-durable` */
export async function assertDurable(database: Database): Promise<void> {
  const settings = new Map((await database.query(statement('durability'), [])).map(([name, value]) => [name, value]))
  for (const [name, [code, risk]] of Object.entries(RISKS)) {
    if (settings.get(name) === 'off') throw notDurable('postgres', 'The PostgreSQL server', { code, risk })
  }
}
