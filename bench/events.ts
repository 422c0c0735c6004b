/** What is written and read: money paid into accounts, some 300 bytes an event; the same for all sides. */
import { randomUUID } from 'node:crypto'
import type { NewEvent } from '#daybook'

const TYPES = ['FundsDeposited', 'FundsWithdrawn', 'FeeCharged', 'TransferReceived'] as const
const CHANNELS = ['branch', 'atm', 'web', 'standing-order', 'app'] as const

export interface BenchEvent extends NewEvent {
  readonly data: { readonly amount: number; readonly [key: string]: string | number }
  readonly metadata: { readonly correlationId: string; readonly [key: string]: string }
}

/** The n-th event: from the same number always the same. */
export function makeEvent(n: number): BenchEvent {
  return {
    type: TYPES[n % TYPES.length] as string,
    data: {
      amount: (n * 7_919) % 100_000,
      currency: 'EUR',
      channel: CHANNELS[n % CHANNELS.length] as string,
      text: `Invoice ${n} of the 14th, thank you – Grüße aus Köln`,
    },
    metadata: { correlationId: `request-${n}`, actor: `teller-${n % 50}`, command: 'Deposit' },
  }
}

/** A stream that nobody has written to; random, as the ids of most systems are. */
export function newStream(): string {
  return `account-${randomUUID()}`
}

/**
 * Streams of three lengths, interleaved. A fifth of the events are in long ones and a fifth in middle ones, such as
 * accounts, which go on from the log's beginning to its end; the rest are in short ones, such as orders, which live for
 * a while: so many at a time.
 */
export const LONG_STREAM = 1_000
export const MIDDLE_STREAM = 50
const SHORT_STREAM = 10
const SHORT_STREAMS_AT_A_TIME = 500

export interface ImportedBenchEvent extends BenchEvent {
  readonly stream: string
  readonly recordedAt: Date
}

/** So many events, in the order of their log; made as they are asked for. Histories of another name go before. */
export function* history(events: number, name: 'main' | 'before' = 'main'): Generator<ImportedBenchEvent> {
  const start = Date.UTC(name === 'main' ? 2026 : 2025, 0, 1)
  const category = name === 'main' ? 'account' : 'earlier'
  for (let n = 0; n < events; n++) {
    const stream = `${category}-${idOf(n, events)}`
    yield { ...makeEvent(n), stream, recordedAt: new Date(start + n * 10) }
  }
}

function idOf(n: number, events: number): string {
  const turn = Math.floor(n / 5)
  if (n % 5 === 0) return `long-${turn % countStreams(events, LONG_STREAM)}`
  if (n % 5 === 1) return `middle-${turn % countStreams(events, MIDDLE_STREAM)}`
  const short = turn * 3 + (n % 5) - 2
  const generation = Math.floor(short / (SHORT_STREAM * SHORT_STREAMS_AT_A_TIME))
  return `short-${generation * SHORT_STREAMS_AT_A_TIME + (short % SHORT_STREAMS_AT_A_TIME)}`
}

/** How many streams of that length there are: a fifth of the events is in them. */
function countStreams(events: number, length: number): number {
  return Math.max(1, Math.floor(events / 5 / length))
}

/** The name of a stream of that length in such a history; any number will do. */
export function streamOfLength(length: typeof LONG_STREAM | typeof MIDDLE_STREAM, events: number, n: number): string {
  const kind = length === LONG_STREAM ? 'long' : 'middle'
  return `account-${kind}-${n % countStreams(events, length)}`
}
