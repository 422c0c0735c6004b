/**
 * Histories at random, for laws: what must hold of every history (a balance is never below zero; a snapshot and the
 * events after it make the same state). The same seed gives the same history, and a failure names its seed.
 */
import type { AnyAggregate, AnyCommand } from '../../aggregates/index.ts'
import type { AnyEventDefinition, NewEvent, RecordedEvent } from '../../events/index.ts'
import { show } from '../given/differences.ts'
import { judge } from '../given/judge.ts'
import { layOut, placeIn, type StoredEvent, stored } from '../given/recorded.ts'
import { Random } from '../random.ts'
import { type Makers, randomEvent, randomInput, randomOldData } from './random-event.ts'

export interface RandomHistoryOptions {
  /** The same seed gives the same history; random when absent. */
  readonly seed?: number
  /** The most events of a stream: 20 when absent. */
  readonly length?: number
  /** How many streams of each aggregate there are, in turns as in a log: 1 when absent. Their ids are `1`, `2` … */
  readonly streams?: number
  /**
   * Commands of the aggregates: then the history is one that they can bring about, each asked for at random. Without
   * them it is one that the schemas allow, in any order and in every shape that was ever stored.
   */
  readonly commands?: readonly AnyCommand[]
  /** By event type or command name: makes the data or the input, where the schema says too little. */
  readonly make?: Makers
}

export interface RandomHistory {
  readonly seed: number
  /** Of one log, as they are stored. */
  readonly events: readonly StoredEvent[]
}

const USUAL_LENGTH = 20
const USUAL_RUNS = 100
/** An aggregate may come to an end, after which nothing is accepted. */
const REQUESTS_PER_EVENT = 10
const OLD_SHARE = 0.3
const A_MINUTE_MS = 60_000

/** What a history is of. */
export type HistoryOf = AnyAggregate | readonly AnyAggregate[]

/**
 * A history of an aggregate, or of several, made at random.
 *
 * @throws Error when an event or an input cannot be made from its schema: give a maker
 * @example
 * const { events } = randomHistory(Account, { commands: [openAccount, deposit, withdraw], seed: 7 })
 * fold(Account, events).balance >= 0
 * given(randomHistory([Account, Order], { streams: 3 }).events).project(balances)
 */
export function randomHistory(of: HistoryOf, options: RandomHistoryOptions = {}): RandomHistory {
  const { seed = newSeed(), streams = 1 } = options
  const random = new Random(seed)
  const ids = Array.from({ length: streams }, (_, place) => String(place + 1))
  const each = [of].flat().flatMap((aggregate) => ids.map((id) => inItsStream(random, aggregate, id, options)))
  return { seed, events: layOut(inTurns(random, each)).map(atItsMinute) }
}

function inItsStream(
  random: Random,
  aggregate: AnyAggregate,
  id: string,
  { length = USUAL_LENGTH, commands, make = {} }: RandomHistoryOptions,
): readonly RecordedEvent[] {
  const making = { random, aggregate, id, count: random.integer(0, length), make }
  const events = commands === undefined ? fromSchemas(making) : fromCommands(making, commands)
  return placeIn({ stream: `${aggregate.name}-${id}`, events })
}

/** The streams' events as they may have come, each stream's in its order. */
function inTurns(random: Random, streams: readonly (readonly RecordedEvent[])[]): RecordedEvent[] {
  const left = streams.map((events) => [...events])
  const turns: RecordedEvent[] = []
  for (;;) {
    const waiting = left.filter((events) => events.length > 0)
    const event = waiting.length === 0 ? undefined : random.pick(waiting).shift()
    if (event === undefined) return turns
    turns.push(event)
  }
}

export interface LawOptions extends RandomHistoryOptions {
  /** How many histories to try: 100 when absent. */
  readonly runs?: number
}

/**
 * Tries a law on many histories. The first that breaks it is cut down to its shortest beginning that does, and is shown
 * with the seed that makes it again.
 *
 * @param law Throws, or gives false, where a history breaks it.
 * @throws what the law throws, with seed and history in the message
 * @example
 * await forRandomHistories(Account, { commands: [openAccount, withdraw] }, (events) => fold(Account, events).balance >= 0)
 */
export async function forRandomHistories(
  of: HistoryOf,
  options: LawOptions,
  law: (events: readonly StoredEvent[]) => unknown,
): Promise<void> {
  const { runs = USUAL_RUNS, seed: first = newSeed(), ...rest } = options
  for (let run = 0; run < runs; run++) {
    const { seed, events } = randomHistory(of, { ...rest, seed: (first + run) >>> 0 })
    const failure = await findFailure(law, events)
    if (failure === undefined) continue
    const shortest = await shorten(law, events, failure)
    throw withHistory(shortest, `seed ${seed}, history ${run + 1} of ${runs}; again: { seed: ${seed}, runs: 1 }`)
  }
}

interface Making {
  readonly random: Random
  readonly aggregate: AnyAggregate
  readonly id: string
  readonly count: number
  readonly make: Makers
}

function fromSchemas({ random, aggregate, count, make }: Making): NewEvent[] {
  const definitions = aggregate.events.filter(({ isRetired }) => !isRetired)
  return Array.from({ length: count }, () => {
    const definition = random.pick(definitions)
    return toOldEvent(random, definition) ?? randomEvent(random, definition, make)
  })
}

/** Now and then, one in a shape that is not today's. */
function toOldEvent(random: Random, { type, schemas, schemaVersion }: AnyEventDefinition): NewEvent | undefined {
  if (schemas.length === 1 || !random.chance(OLD_SHARE)) return undefined
  const place = random.integer(0, schemas.length - 2)
  const schema = schemas[place]
  const data = schema && randomOldData(random, schema)
  const version = schemaVersion - schemas.length + 1 + place
  return data === undefined ? undefined : stored(type, version, data)
}

function fromCommands({ random, aggregate, id, count, make }: Making, all: readonly AnyCommand[]): NewEvent[] {
  const commands = all.filter((command) => command.aggregate === aggregate)
  if (commands.length === 0) throw new TypeError(`None of the commands is one of ${aggregate.name}.`)
  const events: NewEvent[] = []
  for (let requests = 0; events.length < count && requests < count * REQUESTS_PER_EVENT; requests++) {
    const command = random.pick(commands)
    const input = randomInput(random, command.name, command.schema, make)
    const judged = judge({ command, target: id, input, options: {}, historyOf: () => events })
    if (judged instanceof Promise) throw new TypeError(`${command.name} takes its time; a history is made at once.`)
    if (judged.status === 'accepted') events.push(...[...judged.events.values()].flat())
  }
  return events
}

function atItsMinute(event: RecordedEvent): RecordedEvent {
  return { ...event, recordedAt: new Date(event.recordedAt.getTime() + event.position * A_MINUTE_MS) }
}

interface Failure {
  readonly events: readonly StoredEvent[]
  readonly error: unknown
}

async function findFailure(law: (events: readonly StoredEvent[]) => unknown, events: readonly StoredEvent[]) {
  try {
    const answer = law(events)
    // Whatever else it gives, such as the rows of a read model, is not waited for.
    const isKept = answer instanceof Promise ? await answer : answer
    return isKept === false ? { events, error: new Error('The law is broken: it gives false.') } : undefined
  } catch (error) {
    return { events, error }
  }
}

async function shorten(
  law: (events: readonly StoredEvent[]) => unknown,
  events: readonly StoredEvent[],
  whole: Failure,
): Promise<Failure> {
  for (let length = 0; length < events.length; length++) {
    const failure = await findFailure(law, events.slice(0, length))
    if (failure !== undefined) return failure
  }
  return whole
}

/** The law's own error, as runners show its difference; only its message says more. */
function withHistory({ events, error }: Failure, seed: string): unknown {
  if (!(error instanceof Error)) return error
  const lines = events.map(({ stream, version, type, schemaVersion, data }) => {
    return `\n  ${stream.name} ${version} ${type} (schema version ${schemaVersion}) ${show(data)}`
  })
  const told = `${error.message}\nFound with ${seed}. The history:${lines.join('') || ' no events'}`
  error.stack = error.stack?.replace(error.message, () => told) ?? told
  error.message = told
  return error
}

function newSeed(): number {
  return Math.floor(Math.random() * 2 ** 32)
}
