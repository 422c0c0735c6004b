/**
 * Read models of the bench's history, in a module of their own so that threads can import them: in JavaScript, as a
 * user's threads get it, for a compiler in each thread would weigh more than the rebuild.
 */
import { event, readModel } from '#daybook'

const anything = { '~standard': { version: 1, vendor: 'bench', validate: (value) => ({ value }) } }
const events = ['FundsDeposited', 'FundsWithdrawn', 'FeeCharged', 'TransferReceived'].map((type) =>
  event(type, anything),
)
const initial = { amount: 0, events: 0 }
const add = (row, { amount }) => ({ amount: row.amount + amount, events: row.events + 1 })
const evolve = { FundsDeposited: add, FundsWithdrawn: add, FeeCharged: add, TransferReceived: add }

/** Its keys are its streams. */
export const byAccount = readModel('by-account', {
  events,
  key: ({ stream }) => stream.id,
  initial,
  version: 1,
}).evolve(evolve)

/** Its keys are computed: 20,000 of them, each from events of many streams. */
export const byTeller = readModel('by-teller', {
  events,
  key: ({ data, metadata, position }) => `${metadata.actor} ${data.channel} ${position % 400}`,
  initial,
  version: 1,
}).evolve(evolve)
