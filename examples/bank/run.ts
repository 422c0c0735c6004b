/** The whole run: open the store, book what is not booked yet, report. */
import { type Daybook, open } from 'daybook'
import { formatCount } from '../shared/money.ts'
import { showProgress } from '../shared/progress.ts'
import { toTable } from '../shared/table.ts'
import { timed } from '../shared/timed.ts'
import { type DataSet, toDataSet } from './data-set.ts'
import type { Options } from './options.ts'
import { type ReportOptions, report } from './report.ts'
import { bookAll, type Tally } from './teller.ts'

export interface Surroundings {
  readonly print: (line: string) => void
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
}

/** @throws FileProblem, BookingProblem, DaybookError, and the signal's reason; what was booked before stays booked */
export async function run(options: Options, surroundings: Surroundings): Promise<void> {
  const dataSet = await toDataSet(options)
  surroundings.print(dataSet.title)
  const { value: bank, took } = await timed(() => open(options.store, { log: dataSet.log }))
  surroundings.print(`Opened ${withoutPassword(options.store)}, log ${dataSet.log}, in ${took}.`)
  try {
    await runOn(bank, dataSet, { ...surroundings, account: options.account })
  } finally {
    await bank.close()
  }
  surroundings.print(toNextSteps(options, dataSet))
}

/** The same on an open store, without the parting words. */
export async function runOn(bank: Daybook, dataSet: DataSet, options: ReportOptions): Promise<void> {
  await book(bank, dataSet, options)
  options.signal.throwIfAborted()
  await report(bank, options)
  options.signal.throwIfAborted()
}

async function book(bank: Daybook, { bookings, total }: DataSet, { print, signal }: Surroundings): Promise<void> {
  const before = await bank.head()
  if (before > 0) print(`The log holds ${formatCount(before)} events from before. What they say is not booked again.`)
  const progress = showProgress(total, 'bookings')
  try {
    const { value: tally, took } = await timed(() => bookAll(bank, bookings, { signal, progress }))
    progress.stop()
    print(toOutcome(tally, took))
    if (before > 0 && tally.repeated === 0)
      print('None of it was in the log before: the figures below are of both together.')
  } finally {
    progress.stop()
  }
}

function toOutcome({ opened, booked, refused, repeated }: Tally, took: string): string {
  const parts = [
    opened === 0 ? undefined : `${formatCount(opened)} accounts opened`,
    opened + booked === 0 ? 'nothing new booked' : `${formatCount(booked)} bookings made`,
    refused === 0 ? undefined : `${formatCount(refused)} refused, for want of money`,
    repeated === 0 ? undefined : `${formatCount(repeated)} were settled in an earlier run and not booked twice`,
  ]
  const text = parts.filter((part) => part !== undefined).join(', ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} (${took}).`
}

function toNextSteps({ store }: Options, { log }: DataSet): string {
  const book = log === 'main' ? 'book' : `book.log('${log}')`
  const steps = [
    ['npm start', 'again, with what you gave it now: nothing is booked twice'],
    ['npm start -- --help', "other seeds, a bank's own files, other stores such as postgres://…"],
    [`npm run console -- ${withoutPassword(store)}`, `a prompt; try: await ${book}.read({ limit: 3 }).toArray()`],
    ['examples/bank/account.ts', 'the domain: facts, state and rules'],
    ['examples/bank/balances.ts', 'a read model: the figures above'],
    ['examples/bank/history.ts', "the past, by the bank's own calendar"],
  ]
  return `\nWhere to look next\n${toTable(steps, ['left', 'left'])}`
}

/** Of a URL, all that may be shown. */
function withoutPassword(url: string): string {
  return url.replace(/(\/\/[^:/@]*):[^@/]*@/, '$1:…@')
}
