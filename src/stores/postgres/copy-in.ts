import { once } from 'node:events'
import type { PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { Statement } from './statements.ts'

/** Feeds a COPY … FROM STDIN, no faster than the server takes it. */
export async function copyIn(client: PoolClient, statement: Statement, chunks: Iterable<Buffer>): Promise<void> {
  const stream = client.query(copyFrom(statement.text))
  const failed = once(stream, 'error').then(([error]) => Promise.reject(error))
  const finished = once(stream, 'finish')
  await Promise.race([writeAll(), failed])

  async function writeAll(): Promise<void> {
    for (const chunk of chunks) {
      if (!stream.write(chunk)) await once(stream, 'drain')
    }
    stream.end()
    await finished
  }
}
