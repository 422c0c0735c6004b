/**
 * Another process that projects into targets: node --import tsx test/faults/target-projector.ts STORE_URL LOG LEASE_MS
 * ADDRESS, the last one as JSON. It goes on until it is killed or told to stop, and says when it has begun.
 */
import { open } from 'daybook'
import { openTargets, totals } from './target-moves.ts'

const [storeUrl = '', log = '', leaseMs = '', address = ''] = process.argv.slice(2)

const daybook = await open(storeUrl, { log })
const targets = openTargets(JSON.parse(address))
const onFailure = (failure: Error) => process.send?.({ failed: failure.message })
const projection = await daybook.project(totals, { targets, leaseMs: Number(leaseMs), onFailure })
process.send?.({ ready: true })
process.once('message', async () => {
  await projection.stop()
  await daybook.close()
  await targets.close()
  process.disconnect?.()
})
