/**
 * Another process that reacts: node --import tsx test/faults/reactor.ts URL LOG LEASE_MS. It tells whoever started it of each
 * effect, and waits to be told to go on, so that it can be killed between an effect and its checkpoint.
 */
import { once } from 'node:events'
import { open } from 'daybook'
import { counting } from './counted.ts'

const [url = '', log = '', leaseMs = ''] = process.argv.slice(2)

const daybook = await open(url, { log })
await daybook.react(
  counting,
  {
    async Count({ n }, { key, attempt }) {
      const goesOn = once(process, 'message')
      process.send?.({ caused: { n, key, attempt, by: process.pid } })
      await goesOn
    },
  },
  { leaseMs: Number(leaseMs), from: 'start' },
)
process.send?.({ ready: true })
// Whoever started it is gone.
process.once('disconnect', () => process.exit())
