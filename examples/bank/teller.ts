/** Turns bookings into commands, and executes them. */
import { type Daybook, isDaybookError } from 'daybook'
import type { Progress } from '../shared/progress.ts'
import { Account, closeAccount, deposit, openAccount, transfer, withdraw } from './account.ts'
import { accountsOf, type Booking } from './booking.ts'
import { Turns } from './turns.ts'

/** What came of bookings. */
export interface Tally {
  /** Accounts. */
  opened: number
  /** Movements and closings. */
  booked: number
  /** Had been decided in an earlier run. */
  repeated: number
  refused: number
}

/** A booking that should have been possible, and was not. */
export class BookingProblem extends Error {
  override readonly name = 'BookingProblem'

  constructor({ source, id }: Booking, problem: string, options?: ErrorOptions) {
    super(`${source ?? id}: ${problem}`, options)
  }
}

export interface BookAllOptions {
  /** Stops after the bookings under way. */
  readonly signal: AbortSignal
  readonly progress: Progress
}

/** Books them all, those of one account in the order given. What was booked in an earlier run is not booked again. */
export async function bookAll(
  bank: Daybook,
  bookings: AsyncIterable<Booking> | Iterable<Booking>,
  { signal, progress }: BookAllOptions,
): Promise<Tally> {
  const tally: Tally = { opened: 0, booked: 0, repeated: 0, refused: 0 }
  const settle = (booking: Booking, outcome: keyof Tally) => {
    tally[outcome]++
    if (booking.kind !== 'open') progress.advance()
  }
  const done = await readDone(bank, signal)
  const turns = new Turns()
  try {
    for await (const booking of bookings) {
      if (signal.aborted) break
      if (takeDone(done, booking)) settle(booking, 'repeated')
      else
        await turns.take(accountsOf(booking), async () => {
          if (!signal.aborted) settle(booking, await book(bank, booking))
        })
    }
  } finally {
    await turns.finish()
  }
  return tally
}

/**
 * By command id, the amounts that are in the book. Each command would find out for itself that it has been executed
 * before; to read the book once is faster. This line for each booking is all that is kept in memory of them.
 */
async function readDone(bank: Daybook, signal: AbortSignal): Promise<Map<string, number>> {
  const done = new Map<string, number>()
  for await (const page of bank.read({ events: Account.events, signal }).batches()) {
    for (const { metadata, data } of page) done.set(metadata.commandId ?? '', 'amount' in data ? data.amount : 0)
  }
  return done
}

/** Only with the same amount: of another one under the same id, the command has to tell. */
function takeDone(done: Map<string, number>, booking: Booking): boolean {
  const amount = 'input' in booking && 'amount' in booking.input ? booking.input.amount : 0
  return done.get(booking.id) === amount && done.delete(booking.id)
}

async function book(bank: Daybook, booking: Booking): Promise<keyof Tally> {
  const result = await execute(bank, booking)
  if (result.status === 'accepted' && result.repeated) return 'repeated'
  if (result.status === 'accepted') return booking.kind === 'open' ? 'opened' : 'booked'
  if (result.status === 'rejected') {
    // Customers may ask for what they cannot have. A row of a file is something that did happen.
    if (booking.source !== undefined) throw new BookingProblem(booking, `refused: ${result.reason}`)
    return result.repeated ? 'repeated' : 'refused'
  }
  throw new BookingProblem(booking, JSON.stringify(result))
}

async function execute(bank: Daybook, booking: Booking) {
  try {
    return await toCommand(bank, booking)
  } catch (error) {
    if (!isDaybookError(error, 'command-id-reused')) throw error
    const problem = `was booked before with other figures, as ${booking.id}. What is booked stays; correct it by a new row`
    throw new BookingProblem(booking, problem, { cause: error })
  }
}

function toCommand(bank: Daybook, booking: Booking) {
  const options = { commandId: booking.id, effectiveAt: booking.day }
  switch (booking.kind) {
    case 'open':
      return bank.execute(openAccount, booking.account, booking.input, options)
    case 'deposit':
      return bank.execute(deposit, booking.account, booking.input, options)
    case 'withdraw':
      return bank.execute(withdraw, booking.account, booking.input, options)
    case 'transfer':
      return bank.execute(transfer, { from: booking.from, to: booking.to }, booking.input, options)
    case 'close':
      return bank.execute(closeAccount, booking.account, {}, options)
  }
}
