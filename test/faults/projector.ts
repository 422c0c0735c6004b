/**
 * Another process that projects: projector.ts URL LOG LEASE_MS CLOCK_SHIFT_MS. It keeps the read model and the table of
 * projected-moves.ts up to date until it is killed or stopped, and says when it has begun, and when it is its turn to
 * work. A shift sets its own clock forward or back, as a process whose machine has the wrong time.
 */
import { open } from 'daybook'
import { journal, totals } from './projected-moves.ts'

const [url = '', log = '', leaseMs = '', clockShiftMs = '0'] = process.argv.slice(2)

const RealDate = Date
const shift = Number(clockShiftMs)
if (shift !== 0) {
  globalThis.Date = class extends RealDate {
    constructor(...given: [] | [number]) {
      super(...((given.length === 0 ? [RealDate.now() + shift] : given) as [number]))
    }
    static override now(): number {
      return RealDate.now() + shift
    }
  } as DateConstructor
}

const daybook = await open(url, { log })
const options = { leaseMs: Number(leaseMs), onFailure: (failure: Error) => process.send?.({ failed: failure.message }) }
const projections = await Promise.all([daybook.project(totals, options), daybook.project(journal, options)])
process.send?.({ ready: true })
const looking = setInterval(() => {
  if (!projections.some(({ state }) => state === 'catching up' || state === 'live')) return
  process.send?.({ working: true })
  clearInterval(looking)
}, 2)
// Whoever started it is gone.
process.once('disconnect', () => process.exit())
process.once('message', async () => {
  clearInterval(looking)
  for (const projection of projections) await projection.stop()
  await daybook.close()
  process.disconnect?.()
})
