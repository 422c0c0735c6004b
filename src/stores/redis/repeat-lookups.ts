import assert from 'node:assert/strict'
import type { EventLog, RepeatLookups } from '../../store/index.ts'
import { headKey } from './keys.ts'
import type { RedisLogContext } from './redis-log-context.ts'
import { decodeEvents } from './stored-event.ts'

export function repeatLookups(context: RedisLogContext, log: Pick<EventLog, 'head' | 'streamVersion'>): RepeatLookups {
  const key = headKey(context.log)
  return {
    log: context.log,
    eventsById: async (ids) => decodeEvents((await context.read({ name: 'read_ids', key, values: ids })) as string[]),
    streamVersion: (stream) => log.streamVersion(stream),
    command: async (id) => assert.fail(`The record of the command ${id} comes with the outcome.`),
    head: () => log.head(),
  }
}
