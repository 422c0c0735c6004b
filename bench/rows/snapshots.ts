/** Loading an aggregate with a long history and a snapshot of it, beside one with a short history and none. */
import { z } from 'zod'
import { aggregate, event, open } from '#daybook'
import type { BenchDatabase } from '../databases.ts'
import { makeEvent } from '../events.ts'
import { measureTime } from '../load.ts'
import type { Row, Side } from '../row.ts'
import { withDaybook } from '../sides/daybook.ts'

const LONG = 10_000
const SHORT = 50
/** What has come since the snapshot: half of what may, before there is another. */
const TAIL = 25
const STREAMS = 10

const data = z.object({ amount: z.int(), currency: z.string(), channel: z.string(), text: z.string() })
const TYPES = ['FundsDeposited', 'FundsWithdrawn', 'FeeCharged', 'TransferReceived'] as const
const [Deposited, Withdrawn, Charged, Received] = TYPES.map((type) => event(type, data))

function account(snapshot: boolean) {
  const add = (state: { balance: number; count: number }, { amount }: { amount: number }) => ({
    balance: (state.balance + amount) % 1_000_000,
    count: state.count + 1,
  })
  const events = [Deposited, Withdrawn, Charged, Received].filter((each) => each !== undefined)
  return aggregate('account', { events, initial: { balance: 0, count: 0 }, snapshot }).evolve({
    FundsDeposited: add,
    FundsWithdrawn: add,
    FeeCharged: add,
    TransferReceived: add,
  })
}

const WithSnapshot = account(true)
const Without = account(false)
const touch = WithSnapshot.command('Touch', z.object({}), () => Deposited?.(makeEvent(0).data as z.input<typeof data>))

/** Some accounts of either length; a command on each long one leaves a snapshot, and then the rest of its events come. */
async function fill(database: BenchDatabase): Promise<void> {
  const daybook = await open(database.url)
  for (let n = 0; n < STREAMS; n++) {
    await daybook.import(eventsOf(`account-long-${n}`, LONG - TAIL - 1))
    await daybook.execute(touch, `long-${n}`, {})
    await daybook.append(
      `account-long-${n}`,
      Array.from({ length: TAIL }, (_, each) => makeEvent(each)),
    )
    await daybook.import(eventsOf(`account-short-${n}`, SHORT))
  }
  // It waits for the snapshots.
  await daybook.close()
  await database.settle()
}

function* eventsOf(stream: string, count: number) {
  for (let n = 0; n < count; n++) yield { ...makeEvent(n), stream }
}

function loading(name: string, length: typeof LONG | typeof SHORT): Side {
  const definition = length === LONG ? WithSnapshot : Without
  const kind = length === LONG ? 'long' : 'short'
  return {
    name,
    measure: async (context) => {
      const database = await context.databases.create()
      await fill(database)
      const sample = await withDaybook(database.url, (daybook) => {
        let n = 0
        const call = async () => {
          const { version, state } = await daybook.load(definition, `${kind}-${n++ % STREAMS}`)
          if (version !== length || state.count !== length) throw new Error(`Loaded ${version} of ${length} events.`)
        }
        return measureTime({ context, database, callers: 1, call })
      })
      await database.drop()
      return sample
    },
  }
}

const short = loading(`${SHORT} events, no snapshot`, SHORT)

export const snapshots: Row = {
  name: 'snapshots',
  title: `Loading an aggregate of ${LONG.toLocaleString('en')} events with a snapshot, one caller`,
  unit: 'ms',
  sides: [loading('daybook', LONG), short],
  targets: [{ side: 'daybook', against: short.name, atMost: 2 }],
  note: `The snapshot is ${TAIL} events old.`,
}
