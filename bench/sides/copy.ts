/** COPY by hand, as fast as one connection goes: lines made as they are sent, in pieces that suit a socket. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { v7 as newId } from 'uuid'
import type { ImportedBenchEvent } from '../events.ts'
import { toCategory } from './plain-inserts.ts'

const COPY = `copy bench.events (stream, category, version, id, type, schema_version, data, metadata, recorded_at) from stdin`
const PIECE_LENGTH = 65_536

export async function copyEvents(client: PoolClient, events: Iterable<ImportedBenchEvent>): Promise<void> {
  await pipeline(Readable.from(toPieces(events)), client.query(copyFrom(COPY)))
}

function* toPieces(events: Iterable<ImportedBenchEvent>): Generator<string> {
  const versions = new Map<string, number>()
  let piece = ''
  for (const { stream, type, data, metadata, recordedAt } of events) {
    const version = (versions.get(stream) ?? 0) + 1
    versions.set(stream, version)
    piece +=
      `${stream}\t${toCategory(stream)}\t${version}\t${newId()}\t${type}\t1\t${escapeCopy(JSON.stringify(data))}\t` +
      `${escapeCopy(JSON.stringify(metadata))}\t${recordedAt.toISOString()}\n`
    if (piece.length < PIECE_LENGTH) continue
    yield piece
    piece = ''
  }
  yield piece
}

function escapeCopy(json: string): string {
  return json.replaceAll('\\', '\\\\')
}
