/** A group of appends as the arguments of `daybook_append` (lua/append.lua explains them), and what it returns. */
import assert from 'node:assert/strict'
import type { Servers } from '../../redis/index.ts'
import type { ExpectedVersion, Member, Outcome, PreparedAppend, PreparedBoundary } from '../../store/index.ts'
import { decodeCommand } from './commands.ts'
import { EventColumns } from './event-columns.ts'
import { headKey } from './keys.ts'
import { callFunction } from './library.ts'

export async function callAppend(servers: Servers, log: string, group: readonly Member[]): Promise<Outcome[]> {
  const columns = new EventColumns()
  const extras: Extra[] = []
  for (const member of group) addAppend(columns, member, extras)
  const values = [...columns.toArguments(servers.isCluster), JSON.stringify(extras)]
  const replies = await callFunction(servers, 'appends', { name: 'append', key: headKey(log), values })
  return decodeOutcomes(replies as Reply, group)
}

/** What few appends have. */
type Extra = [ids: readonly string[], boundaries: readonly unknown[], command?: readonly [string, string, string]]

function addAppend(columns: EventColumns, member: Member, extras: Extra[]): void {
  const { writes, conditions } = member.append
  const { plan } = columns
  const extra = toExtra(member)
  const start = plan.length
  plan.push(writes.length + conditions.length, 0, extra === undefined ? 0 : extras.push(extra))
  for (const { stream, expected, events } of writes) {
    plan.push(columns.placeOfStream(stream), encodeExpected(expected), events.length)
  }
  for (const { stream, expected } of conditions) plan.push(columns.placeOfStream(stream), encodeExpected(expected), 0)
  for (const { stream, events } of writes) for (const event of events) columns.add(stream, event, member.mayBeRepeat)
  plan[start + 1] = plan.length + 1
}

function toExtra({ append, mayBeRepeat }: Member): Extra | undefined {
  const { writes, boundaries, command } = append
  if (!mayBeRepeat && boundaries.length === 0 && command === undefined) return undefined
  const ids = mayBeRepeat ? writes.flatMap(({ events }) => events.map(({ id }) => id)) : []
  const looked = boundaries.map(toBoundaryLine)
  if (command === undefined) return [ids, looked]
  return [ids, looked, [command.id, command.digest, JSON.stringify(command.result)]]
}

function toBoundaryLine({ after, types, tags }: PreparedBoundary): unknown[] {
  return [after, types, tags]
}

function encodeExpected(expected: ExpectedVersion): number {
  return typeof expected === 'number' ? expected : EXPECTED[expected]
}

const EXPECTED = { none: 0, any: -1, exists: -2 } as const

/** The time, and then of each append an outcome, with what belongs to it. */
type Reply = readonly (number | string)[]

function decodeOutcomes(reply: Reply, group: readonly Member[]): Outcome[] {
  const values = reply.values()
  const take = () => values.next().value as number | string
  const recordedAtMs = Number(take())
  return group.map(({ append }) => decodeOutcome(take, append, recordedAtMs))
}

/** `take` gives the next value of the reply; most are numbers. */
function decodeOutcome(take: () => number | string, append: PreparedAppend, recordedAtMs: number): Outcome {
  const takeNumber = take as () => number
  switch (take()) {
    case 0: {
      const position = takeNumber()
      const versions = [...append.writes, ...append.conditions].map(takeNumber)
      return { kind: 'recorded', position, versions, recordedAt: new Date(recordedAtMs) }
    }
    case 1: {
      const touched = [...append.writes, ...append.conditions]
      const { stream, expected } = touched[takeNumber() - 1] as PreparedAppend['conditions'][0]
      return { kind: 'version-conflict', stream, expected, actual: takeNumber() }
    }
    case 2:
      return { kind: 'boundary-conflict', position: takeNumber() }
    case 3:
      return { kind: 'first-event-known' }
    case 4:
      return { kind: 'command-known', found: decodeCommand(append.command?.id as string, String(take())) }
    case 5:
      return { kind: 'event-id-taken', id: String(take()) }
    default:
      return assert.fail('The function daybook_append answers with another outcome than those it has.')
  }
}
