/** A group of appends as the arguments of `daybook_append` (lua/append.lua explains them), and what it returns. */
import type { Servers } from '../../redis/index.ts'
import type { ExpectedVersion, Member, Outcome, PreparedAppend, PreparedBoundary } from '../../store/index.ts'
import { decodeCommand } from './commands.ts'
import { headKey } from './keys.ts'
import { callFunction } from './library.ts'
import { type EventLine, EventLines } from './stored-event.ts'

export async function callAppend(servers: Servers, log: string, group: readonly Member[]): Promise<Outcome[]> {
  const events = new EventLines()
  const lines = JSON.stringify(group.map((member) => toAppendLine(member, events)))
  const values = [servers.isCluster ? 'cluster' : '', JSON.stringify(events.kinds), lines, ...events.bodies]
  const replies = await callFunction(servers, 'appends', { name: 'append', key: headKey(log), values })
  return (replies as Reply[]).map((reply, place) => decodeOutcome(reply, (group[place] as Member).append))
}

/** Its events are added to `lines`. */
function toAppendLine({ append, mayBeRepeat }: Member, lines: EventLines): unknown[] {
  const { writes, conditions, boundaries, command } = append
  const touches: TouchLine[] = writes.map(({ stream, expected, events }) => [
    stream,
    encodeExpected(expected),
    events.map((event) => lines.add(stream, event)),
  ])
  for (const { stream, expected } of conditions) touches.push([stream, encodeExpected(expected), []])
  const line: unknown[] = [touches]
  if (mayBeRepeat || boundaries.length > 0 || command !== undefined) {
    line.push((mayBeRepeat && writes[0]?.events[0]?.id) || '', boundaries.map(toBoundaryLine))
  }
  if (command !== undefined) line.push([command.id, command.digest, JSON.stringify(command.result)])
  return line
}

type TouchLine = [stream: string, expected: number, events: EventLine[]]

function toBoundaryLine({ after, types, tags }: PreparedBoundary): unknown[] {
  return [after, types, tags]
}

function encodeExpected(expected: ExpectedVersion): number {
  return typeof expected === 'number' ? expected : EXPECTED[expected]
}

const EXPECTED = { none: 0, any: -1, exists: -2 } as const

type Reply =
  | readonly [code: 0, position: number, recordedAtMs: number, ...versions: number[]]
  | readonly [code: 1, touch: number, version: number]
  | readonly [code: 2, position: number]
  | readonly [code: 3]
  | readonly [code: 4, command: string]
  | readonly [code: 5, id: string]

function decodeOutcome(reply: Reply, append: PreparedAppend): Outcome {
  switch (reply[0]) {
    case 0: {
      const [, position, recordedAtMs, ...versions] = reply
      return { kind: 'recorded', position, versions, recordedAt: new Date(recordedAtMs) }
    }
    case 1: {
      const [, touch, actual] = reply
      const { stream, expected } = [...append.writes, ...append.conditions][
        touch - 1
      ] as PreparedAppend['conditions'][0]
      return { kind: 'version-conflict', stream, expected, actual }
    }
    case 2:
      return { kind: 'boundary-conflict', position: reply[1] }
    case 3:
      return { kind: 'first-event-known' }
    case 4:
      return { kind: 'command-known', found: decodeCommand(append.command?.id as string, reply[1]) }
    case 5:
      return { kind: 'event-id-taken', id: reply[1] }
  }
}
