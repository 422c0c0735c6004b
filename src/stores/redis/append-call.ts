/** A group of appends as the arguments of `daybook_append` (lua/append.lua explains them), and what it returns. */
import type { Servers } from '../../redis/index.ts'
import type { ExpectedVersion, Member, Outcome, PreparedAppend, PreparedBoundary } from '../../store/index.ts'
import { decodeCommand } from './commands.ts'
import { headKey } from './keys.ts'
import { callFunction } from './library.ts'
import { pushEvent } from './stored-event.ts'

export async function callAppend(servers: Servers, log: string, group: readonly Member[]): Promise<Outcome[]> {
  const values = [servers.isCluster ? 'cluster' : '', String(group.length)]
  for (const member of group) pushMember(values, member)
  const replies = await callFunction(servers, 'appends', { name: 'append', key: headKey(log), values })
  return (replies as Reply[]).map((reply, place) => decodeOutcome(reply, (group[place] as Member).append))
}

function pushMember(values: string[], { append, mayBeRepeat }: Member): void {
  const { writes, conditions, boundaries, command } = append
  values.push((mayBeRepeat && writes[0]?.events[0]?.id) || '')
  if (command === undefined) values.push('', '', '')
  else values.push(command.id, command.digest, JSON.stringify(command.result))
  values.push(String(writes.length + conditions.length))
  for (const { stream, expected, events } of writes) {
    values.push(stream, encodeExpected(expected), String(events.length))
    for (const event of events) pushEvent(values, stream, event)
  }
  for (const { stream, expected } of conditions) values.push(stream, encodeExpected(expected), '0')
  values.push(String(boundaries.length))
  for (const boundary of boundaries) pushBoundary(values, boundary)
}

function pushBoundary(values: string[], { after, types, tags }: PreparedBoundary): void {
  values.push(String(after), String(types.length), ...types, String(tags.length), ...tags)
}

function encodeExpected(expected: ExpectedVersion): string {
  return typeof expected === 'number' ? String(expected) : { none: '0', any: '-1', exists: '-2' }[expected]
}

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
