/** The process that reads: `memory-child.ts URL EVENTS`. */
import { open } from '#daybook'
import type { MemoryMessage } from './memory.ts'

const MEGABYTE = 2 ** 20
/** Looking costs time, and a page of events is a small part of what would be noticed. */
const LOOK_EVERY = 1_000

const [url = '', events] = process.argv.slice(2)
const warmUpEvents = Number(events) / 10

const daybook = await open(url)
let read = 0
let afterWarmUp = 0
let most = 0
for await (const _event of daybook.read()) {
  read++
  if (read === warmUpEvents) afterWarmUp = process.memoryUsage.rss()
  if (read > warmUpEvents && read % LOOK_EVERY === 0) most = Math.max(most, process.memoryUsage.rss())
}
const message: MemoryMessage = { afterWarmUpMB: afterWarmUp / MEGABYTE, mostMB: most / MEGABYTE }
process.send?.(message)
await daybook.close()
