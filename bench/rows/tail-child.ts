/** The process that tails: `tail-child.ts URL EVENTS`. Sends the latency of each event, when it has all of them. */
import { open } from '#daybook'
import { monotonicMs, type TailMessage } from './tails.ts'

const [url = '', events] = process.argv.slice(2)
const say = (message: TailMessage) => process.send?.(message)

const daybook = await open(url)
const latenciesMs: number[] = []
const tail = daybook.tail()
// Time for the connection that listens: a tail that has just begun may still learn of an append by its poll alone.
setTimeout(() => say('tailing'), 500)
for await (const { data } of tail) {
  latenciesMs.push(monotonicMs() - (data as { sentAtMs: number }).sentAtMs)
  if (latenciesMs.length === Number(events)) break
}
say(latenciesMs)
await daybook.close()
