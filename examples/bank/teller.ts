/** Turns bookings into commands, and executes them. */
import { type Daybook, isDaybookError } from 'daybook'
import { closeAccount, deposit, openAccount, transfer, withdraw } from './account.ts'
import { accountsOf, type Booking } from './booking.ts'
import type { Progress } from './progress.ts'
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

/** Books them all, those of one account in the order given. A booking that was made in an earlier run is not made again. */
export async function bookAll(
  bank: Daybook,
  bookings: AsyncIterable<Booking> | Iterable<Booking>,
  { signal, progress }: BookAllOptions,
): Promise<Tally> {
  const tally: Tally = { opened: 0, booked: 0, repeated: 0, refused: 0 }
  const turns = new Turns()
  try {
    for await (const booking of bookings) {
      if (signal.aborted) break
      await turns.take(accountsOf(booking), async () => {
        if (signal.aborted) return
        tally[await book(bank, booking)]++
        if (booking.kind !== 'open') progress.advance()
      })
    }
  } finally {
    await turns.finish()
  }
  return tally
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
