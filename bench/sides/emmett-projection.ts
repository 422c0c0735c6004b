/** Emmett's own projection of the same history into documents: over fewer events, as it takes its time. */
import { pongoMultiStreamProjection } from '@event-driven-io/emmett-postgresql'
import { type BenchEvent, makeEvent } from '../events.ts'
import { keyOf } from '../projections.ts'
import type { Context, Side } from '../row.ts'
import { withEmmett } from './emmett.ts'

const EVENTS = 20_000
const STREAM_LENGTH = 100
const BATCH_SIZE = 1_000

/** Reads its log from the beginning, as far as it goes, and keeps a document for each of so many keys. */
export function emmettProjection(keys: number): Side {
  return { name: `emmett’s projection, of ${EVENTS.toLocaleString('en-US')} events`, measure }

  async function measure({ databases }: Context) {
    const database = await databases.create()
    try {
      return await withEmmett(database.url, async (store) => {
        for (let from = 0; from < EVENTS; from += STREAM_LENGTH) {
          const events = Array.from({ length: STREAM_LENGTH }, (_, n) => makeEvent(from + n))
          await store.appendToStream<BenchEvent>(`account-${from}`, events)
        }
        await database.settle()
        const consumer = store.consumer({
          stopWhen: { noMessagesLeft: true },
          pulling: { batchSize: BATCH_SIZE },
        })
        consumer.projector({ processorId: 'bench', projection: sumsByKey(keys) })
        const start = performance.now()
        await consumer.start()
        const tookMs = performance.now() - start
        await consumer.close()
        return { value: (EVENTS * 1_000) / tookMs }
      })
    } finally {
      await database.drop()
    }
  }
}

/** As the library wants a document’s type: open to other properties. */
type SumDocument = { sum: number; count: number }

function sumsByKey(keys: number) {
  return pongoMultiStreamProjection<SumDocument, BenchEvent>({
    collectionName: 'bench_sums',
    canHandle: ['FundsDeposited', 'FundsWithdrawn', 'FeeCharged', 'TransferReceived'],
    getDocumentId: ({ metadata }) => keyOf(metadata, keys),
    initialState: () => ({ sum: 0, count: 0 }),
    evolve: ({ sum, count }: SumDocument, { data }: BenchEvent) => ({ sum: sum + data.amount, count: count + 1 }),
  })
}
