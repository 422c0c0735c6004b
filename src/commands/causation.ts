/**
 * What caused what, as the metadata of events tells it: an event was recorded by a command, or caused directly; a command
 * was caused by an event or by another command. Everything that belongs together carries one correlation id, by which it
 * is read; the way up may lead beyond, the way down does not.
 *
 * Commands are known by their events: one that recorded nothing, or had no id, does not show.
 */
import { isEventId, type RecordedEvent } from '../events/index.ts'
import { type EventLog, MAX_CORRELATION_ID_LENGTH } from '../store/index.ts'
import {
  CausationGraph,
  type CausationNode,
  type CausingCommand,
  type CausingEvent,
  toCommand,
} from './causation-graph.ts'

/** A cause that the log does not know, such as a mail or a request. */
export interface OutsideCause {
  readonly kind: 'outside'
  readonly id: string
}

/** An event, a command or something outside, without what it caused. */
export type Cause = Omit<CausingEvent, 'effects'> | Omit<CausingCommand, 'effects'> | OutsideCause

export interface Causation {
  /** Of everything in `node`; undefined for an event that was recorded without one. */
  readonly correlationId: string | undefined
  /** What led to it, the first cause first. */
  readonly causes: readonly Cause[]
  /** What was asked about, with everything that it caused. */
  readonly node: CausationNode
  /** More belongs together than was read: some of what it caused may be missing. */
  readonly isTruncated: boolean
}

export interface CausationOptions {
  /** How many events that belong together to read, at most: 10,000 when absent. */
  readonly limit?: number
  readonly signal?: AbortSignal
}

const DEFAULT_LIMIT = 10_000

/** Undefined when no event and no command of the log has the id. @throws `invalid-argument` */
export async function findCausation(
  log: EventLog,
  id: string,
  { limit = DEFAULT_LIMIT, signal }: CausationOptions = {},
): Promise<Causation | undefined> {
  const reading = { log, signal }
  const event = await readEvent(reading, id)
  const correlationId = event === undefined ? await correlationOf(log, id) : textOf(event.metadata.correlationId)
  const options = { limit: limit + 1, ...(signal === undefined ? {} : { signal }) }
  const together = correlationId === undefined ? [] : await log.read({ correlationId, ...options }).toArray()
  const isTruncated = together.length > limit
  const events = isTruncated ? together.slice(0, limit) : together
  if (event !== undefined && !events.some((each) => each.id === event.id)) events.push(event)
  const graph = new CausationGraph(events)
  const node = graph.find(id)
  if (node === undefined) return undefined
  const inside = graph.causesOf(node)
  const beyond = await findCausesBeyond(reading, graph.causeOutside(inside[0] ?? node))
  return { correlationId, causes: [...beyond, ...inside.map(withoutEffects)], node, isTruncated }
}

interface Reading {
  readonly log: EventLog
  readonly signal: AbortSignal | undefined
}

async function readEvent({ log, signal }: Reading, id: string): Promise<RecordedEvent | undefined> {
  if (!isEventId(id)) return undefined
  const [event] = await log.read({ ids: [id], ...(signal === undefined ? {} : { signal }) }).toArray()
  return event
}

/** By the record of the command, as long as it is kept; a command that says nothing of it is its own correlation. */
async function correlationOf(log: EventLog, commandId: string): Promise<string | undefined> {
  const record = await log.commands.find(commandId)
  const kept = (record?.result as { readonly correlationId?: unknown } | undefined)?.correlationId
  return textOf(kept) ?? textOf(commandId)
}

/** What is longer may be recorded, and cannot be asked for. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= MAX_CORRELATION_ID_LENGTH ? value : undefined
}

/** The way up from where the correlation ends: to events of others. It ends where it would go in a circle. */
async function findCausesBeyond(reading: Reading, first: string | undefined): Promise<readonly Cause[]> {
  const causes: Cause[] = []
  const passed = new Set<string>()
  let id = first
  while (id !== undefined && !passed.has(id)) {
    passed.add(id)
    const event = await readEvent(reading, id)
    if (event === undefined) return [{ kind: 'outside', id }, ...causes]
    const command = toCommand(event)
    causes.unshift(...(command === undefined ? [] : [command]), { kind: 'event', id, event })
    const { causationId } = event.metadata
    id = typeof causationId === 'string' && causationId !== command?.id ? causationId : undefined
  }
  return causes
}

function withoutEffects(node: CausationNode): Cause {
  const { effects: _, ...cause } = node
  return cause
}
