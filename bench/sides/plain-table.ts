/** The table that hand-written baselines write to: columns and indexes of daybook.events, positions from a sequence. */
import { Client } from 'pg'

const TABLE = `
  create schema bench;
  create table bench.events (like daybook.events including all);
  create sequence bench.position owned by bench.events.position;
  alter table bench.events
    alter column position set default nextval('bench.position'),
    alter column recorded_at set default clock_timestamp(),
    alter column log set default 'main';
`

export async function preparePlainTable(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(TABLE)
  await client.end()
}
