/**
 * Sixteen writers in one process on one stream: each loads, decides, and appends at the version that it loaded; who
 * was too late begins again. When a stream is full all go on to the next, so that loading stays a small part.
 */
import { CommandHandler, type Event } from '@event-driven-io/emmett'
import { Client } from 'pg'
import { z } from 'zod'
import { aggregate, event } from '#daybook'
import { measureRate } from '../load.ts'
import type { Row } from '../row.ts'
import { withDaybook } from '../sides/daybook.ts'
import { withEmmett } from '../sides/emmett.ts'
import { insertEvent } from '../sides/plain-inserts.ts'
import { onEmptyDatabase } from '../sides/side.ts'

const WRITERS = 16
const EVENTS_PER_STREAM = 160
const LIMIT = 1_000_000
const AMOUNT = 100

const Deposited = event('FundsDeposited', z.object({ amount: z.int().positive() }))
const Account = aggregate('account', { events: [Deposited], initial: { balance: 0 } }).evolve({
  FundsDeposited: (account, { amount }) => ({ balance: account.balance + amount }),
})
const deposit = Account.command('Deposit', z.object({ amount: z.int().positive() }), (account, input) => {
  if (account.balance + input.amount > LIMIT) throw new Error('The limit is never reached.')
  return Deposited(input)
})

/** Gives the id of the account that is written to now; each call is one commit. */
function accounts(): () => string {
  let commits = 0
  return () => String(Math.floor(commits++ / EVENTS_PER_STREAM))
}

const daybook = onEmptyDatabase('daybook', (context, database) =>
  withDaybook(database.url, (daybook) => {
    const account = accounts()
    const call = async () => {
      const { status } = await daybook.execute(deposit, account(), { amount: AMOUNT }, { maxAttempts: 1_000 })
      if (status !== 'accepted') throw new Error(`A deposit was ${status}.`)
    }
    return measureRate({ context, database, callers: WRITERS, call })
  }),
)

const SELECT = {
  name: 'select-stream',
  text: `select version, data from bench.events where log = 'main' and stream = $1 order by version`,
}
const UNIQUE_VIOLATION = '23505'

/** A connection for each writer; `pool.query` would give one up at each conflict. */
const byHand = onEmptyDatabase('one-statement inserts', async (context, database) => {
  const clients = Array.from({ length: WRITERS }, () => new Client({ connectionString: database.url }))
  await Promise.all(clients.map((client) => client.connect()))
  const account = accounts()
  const call = (caller: number) => depositByHand(clients[caller] as Client, `account-${account()}`)
  const sample = await measureRate({ context, database, callers: WRITERS, call })
  await Promise.all(clients.map((client) => client.end()))
  return sample
})

async function depositByHand(client: Client, stream: string): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ version: number; data: { amount: number } }>({ ...SELECT, values: [stream] })
    const balance = rows.reduce((sum, { data }) => sum + data.amount, 0)
    if (balance + AMOUNT > LIMIT) throw new Error('The limit is never reached.')
    const metadata = { command: 'Deposit', correlationId: crypto.randomUUID() }
    try {
      const event = { type: 'FundsDeposited', data: { amount: AMOUNT }, metadata }
      return await insertEvent(client, stream, (rows.at(-1)?.version ?? 0) + 1, event)
    } catch (error) {
      if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error
    }
  }
}

type DepositedInEmmett = Event<'FundsDeposited', { amount: number }>

/** As often as it takes, and at once: its own default gives up after three. */
const RETRY = { onVersionConflict: { forever: true, minTimeout: 1, maxTimeout: 5 } }

const handle = CommandHandler<{ balance: number }, DepositedInEmmett>({
  initialState: () => ({ balance: 0 }),
  evolve: (account, { data }) => ({ balance: account.balance + data.amount }),
  retry: RETRY,
})

const emmett = onEmptyDatabase('emmett', (context, database) =>
  withEmmett(database.url, (store) => {
    const account = accounts()
    const call = () =>
      handle(store, `account-${account()}`, (state) => {
        if (state.balance + AMOUNT > LIMIT) throw new Error('The limit is never reached.')
        return { type: 'FundsDeposited', data: { amount: AMOUNT } }
      })
    return measureRate({ context, database, callers: WRITERS, call })
  }),
)

export const contention: Row = {
  name: 'contention',
  title: `${WRITERS} writers in one process on one stream: load, decide, append, and again after a conflict`,
  unit: 'commands/s',
  sides: [daybook, byHand, emmett],
  targets: [{ side: 'daybook', against: byHand.name, atLeast: 1.5 }],
  note: `Streams of ${EVENTS_PER_STREAM} events, one after the other.`,
}
