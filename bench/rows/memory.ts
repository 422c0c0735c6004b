/** How much a process grows while it reads a whole log. */
import type { Row, Side } from '../row.ts'
import type { Size } from '../size.ts'
import { startChild } from './child.ts'

/** What the process weighed when a tenth was read, and the most that it weighed afterwards. */
export interface MemoryMessage {
  readonly afterWarmUpMB: number
  readonly mostMB: number
}

const daybook: Side = {
  name: 'daybook',
  measure: async (context) => {
    const { logEvents } = context.size
    const database = await context.databases.filled(logEvents)
    const program = new URL('memory-child.ts', import.meta.url)
    await using child = startChild<MemoryMessage>(program, database.url, String(logEvents))
    const { afterWarmUpMB, mostMB } = await child.receive()
    return { value: Math.max(0, mostMB - afterWarmUpMB) }
  },
}

export function memory({ logEvents }: Size): Row {
  return {
    name: 'memory',
    title: `Growth of a process that reads a log of ${logEvents.toLocaleString('en-US')} events`,
    unit: 'MB',
    sides: [daybook],
    targets: [{ side: 'daybook', atMost: 50 }],
    note: 'The most resident memory after the first tenth of the log, less what it was then.',
  }
}
