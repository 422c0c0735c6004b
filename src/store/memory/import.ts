import type { EncodedEvent } from '../../events/index.ts'
import { importOutOfOrder } from '../conflicts.ts'
import { prepareImport } from '../import-request.ts'
import type { ImportedEvent, ImportOptions } from '../port.ts'
import { assertNewIds } from './append.ts'
import type { Book } from './book.ts'

/** Events taken in at once, all or none. */
const BATCH_SIZE = 1_000

interface ImportContext extends ImportOptions {
  readonly log: string
  /** Called after each batch. */
  onBatch(): void
}

interface Checked {
  readonly stream: string
  readonly event: EncodedEvent
  readonly recordedAtMs: number
}

/** The number of events taken in. */
export async function importInto(
  book: Book,
  events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>,
  context: ImportContext,
): Promise<number> {
  let imported = 0
  let batch: ImportedEvent[] = []
  const flush = () => {
    context.signal?.throwIfAborted()
    writeBatch(book, batch, imported, context.log)
    imported += batch.length
    batch = []
    context.onBatch()
    context.onProgress?.(imported)
  }
  for await (const event of events) {
    if (batch.push(event) === BATCH_SIZE) flush()
  }
  if (batch.length > 0) flush()
  return imported
}

function writeBatch(book: Book, batch: readonly ImportedEvent[], first: number, log: string): void {
  const checked = checkBatch(book, batch, first, log)
  assertNewIds(
    book,
    log,
    checked.map(({ event }) => event),
  )
  for (const { stream, event, recordedAtMs } of checked) book.write(stream, event, recordedAtMs)
}

function checkBatch(book: Book, batch: readonly ImportedEvent[], first: number, log: string): Checked[] {
  let lastMs = book.lastRecordedAtMs
  return batch.map((event, place) => {
    const index = first + place
    const prepared = prepareImport(event, index)
    const recordedAtMs = prepared.recordedAt?.getTime() ?? Math.max(Date.now(), lastMs)
    if (recordedAtMs < lastMs) throw importOutOfOrder(log, index, new Date(recordedAtMs), new Date(lastMs))
    lastMs = recordedAtMs
    return { ...prepared, recordedAtMs }
  })
}
