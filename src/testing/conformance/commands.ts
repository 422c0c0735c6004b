import assert from 'node:assert/strict'
import { newEventId } from '../../events/index.ts'
import type { CommandRecord, EventLog } from '../../store/index.ts'
import { assertCount, assertRefused, split } from './assertions.ts'
import { anEvent, append, range, someEvents } from './builders.ts'
import { fact, newLog, topic } from './conformance-case.ts'

function aCommand(command: Partial<CommandRecord> = {}): CommandRecord {
  return { id: 'command-1', digest: 'd1', result: { status: 'accepted' }, ...command }
}

function execute(log: EventLog, stream: string, command: CommandRecord, expectedVersion: number | 'any' = 'any') {
  return log.append({ streams: [{ stream, events: someEvents(2), expectedVersion }], command })
}

/** The next thing to be recorded has a later time. */
async function untilLaterThan(recordedAt: Date): Promise<void> {
  while (Date.now() <= recordedAt.getTime() + 1) await new Promise((resolve) => setTimeout(resolve, 1))
}

export const commandCases = topic('command ids', [
  fact('once', 'are recorded with their events, and a repeat gets the record and writes nothing', async ({ log }) => {
    const command = aCommand({ result: { status: 'accepted', nested: ['é', 1e308, null, { '': 0.1 }] } })
    const first = await execute(log, 'account-A', command)
    assert.equal(first.earlierCommand, undefined)
    assert.equal(first.events.length, 2)
    await append(log, 'account-A')
    const second = await execute(log, 'account-A', aCommand({ digest: 'd2', result: 'other' }))
    assert.deepEqual(second.earlierCommand, command)
    assert.deepEqual([second.events, second.versions, second.repeated], [[], {}, false])
    assert.equal(second.position, await log.head())
    await assertCount(log, 3)
  }),
  fact('once', 'are looked for before versions, conditions, boundaries and event ids', async ({ log }) => {
    const event = anEvent({ id: newEventId() })
    await execute(log, 'account-A', aCommand(), 0)
    await append(log, 'account-B', event)
    const { earlierCommand } = await log.append({
      streams: [{ stream: 'account-A', events: [event], expectedVersion: 0 }],
      conditions: [{ stream: 'account-B', expectedVersion: 'none' }],
      unless: { after: 0 },
      command: aCommand(),
    })
    assert.deepEqual(earlierCommand, aCommand())
    await assertCount(log, 3)
  }),
  fact('once', 'come back, too, when the very same append is tried again', async ({ log }) => {
    const events = someEvents(2).map((event) => ({ ...event, id: newEventId() }))
    const request = { streams: [{ stream: 'account-A', events, expectedVersion: 0 }], command: aCommand() }
    await log.append(request)
    assert.deepEqual((await log.append(request)).earlierCommand, aCommand())
    await assertCount(log, 2)
  }),
  fact('once', 'are not recorded with an append that is refused', async ({ log }) => {
    await append(log, 'account-A')
    await assertRefused(() => execute(log, 'account-A', aCommand(), 0), 'version-conflict')
    const appended = await execute(log, 'account-A', aCommand(), 1)
    assert.equal(appended.earlierCommand, undefined)
    await assertCount(log, 3)
  }),
  fact('once', 'may be recorded without any event', async ({ log }) => {
    const { position } = await append(log, 'account-A')
    const command = aCommand({ result: null })
    const first = await log.append({ streams: [], command })
    assert.deepEqual(
      [first.position, first.versions, first.events, first.earlierCommand],
      [position, {}, [], undefined],
    )
    assert.ok(first.recordedAt instanceof Date && !Number.isNaN(first.recordedAt.getTime()))
    const second = await log.append({ streams: [], command: aCommand() })
    assert.deepEqual([second.position, second.earlierCommand], [position, command])
    await assertCount(log, 1)
  }),
  fact('once', 'may be the first thing in a log', async ({ log }) => {
    const first = await log.append({ streams: [], command: aCommand() })
    assert.deepEqual([first.position, first.versions, first.events], [0, {}, []])
    assert.deepEqual((await execute(log, 'account-A', aCommand())).earlierCommand, aCommand())
    await assertCount(log, 0)
  }),
  fact('once', 'without events still wait for their conditions', async ({ log }) => {
    const conditions = [{ stream: 'account-A', expectedVersion: 'exists' as const }]
    await assertRefused(() => log.append({ streams: [], conditions, command: aCommand() }), 'version-conflict')
    await append(log, 'account-A')
    assert.equal((await log.append({ streams: [], conditions, command: aCommand() })).earlierCommand, undefined)
  }),
  fact('once', 'let one of 16 happen that are given at once, and the others learn of it', async ({ log }) => {
    for (const round of range(1, 30)) {
      const id = `command-${round}`
      const attempts = range(1, 16).map((n) => execute(log, `account-${round}-${n}`, aCommand({ id, result: n })))
      const { recorded, refused } = split(await Promise.allSettled(attempts))
      assert.deepEqual(refused, [])
      const firsts = recorded.filter((appended) => appended.earlierCommand === undefined)
      assert.equal(firsts.length, 1)
      const [winner] = firsts.flatMap((appended) => appended.events)
      const result = Number(winner?.stream.id.split('-')[1])
      for (const { earlierCommand } of recorded) assert.equal(earlierCommand?.result ?? result, result)
    }
    await assertCount(log, 60)
  }),
  fact('once', 'are found by their ids, until they are pruned', async ({ log }) => {
    assert.equal(await log.commands.find('command-1'), undefined)
    const command = aCommand({ result: { nested: ['é', null] } })
    await execute(log, 'account-A', command)
    assert.deepEqual(await log.commands.find('command-1'), command)
    assert.equal(await log.commands.find('command-2'), undefined)
    await assertRefused(async () => log.commands.find(''), 'invalid-argument')
  }),
  fact('once', 'are pruned, those before a time, the oldest first, and no more than asked for', async ({ log }) => {
    const times: Date[] = []
    for (const n of range(1, 9)) {
      const { recordedAt } = await execute(log, 'account-A', aCommand({ id: `command-${n}` }))
      times.push(recordedAt)
      await untilLaterThan(recordedAt)
    }
    const left = async () => {
      const found = await Promise.all(range(1, 9).map((n) => log.commands.find(`command-${n}`)))
      return found.flatMap((command) => (command === undefined ? [] : [command.id]))
    }
    const before = times[5] as Date
    assert.equal(await log.commands.prune({ before: times[0] as Date, limit: 10 }), 0)
    assert.equal(await log.commands.prune({ before, limit: 3 }), 3)
    assert.deepEqual(
      await left(),
      range(4, 9).map((n) => `command-${n}`),
    )
    assert.equal(await log.commands.prune({ before, limit: 3 }), 2)
    assert.equal(await log.commands.prune({ before, limit: 3 }), 0)
    assert.deepEqual(
      await left(),
      range(6, 9).map((n) => `command-${n}`),
    )
    await assertCount(log, 18)
  }),
  fact('once', 'are new ones after they were pruned', async ({ log }) => {
    const { recordedAt } = await execute(log, 'account-A', aCommand())
    await untilLaterThan(recordedAt)
    const before = new Date(recordedAt.getTime() + 1)
    assert.equal(await log.commands.prune({ before, limit: 10 }), 1)
    assert.equal((await execute(log, 'account-A', aCommand({ digest: 'd2' }))).earlierCommand, undefined)
    assert.equal((await log.commands.find('command-1'))?.digest, 'd2')
    await assertCount(log, 4)
  }),
  fact('once', 'are each pruned once by 8 who prune at once', async ({ log }) => {
    const ids = range(1, 60).map((n) => `command-${n}`)
    const appended = await Promise.all(ids.map((id) => execute(log, 'account-A', aCommand({ id }))))
    const before = new Date(Math.max(...appended.map(({ recordedAt }) => recordedAt.getTime())) + 1)
    let pruned = 0
    for (let round = 0; round < 60 && pruned < 60; round++) {
      const counts = await Promise.all(range(1, 8).map(() => log.commands.prune({ before, limit: 4 })))
      pruned += counts.reduce((sum, count) => sum + count, 0)
    }
    assert.equal(pruned, 60)
    assert.equal(await log.commands.prune({ before, limit: 10 }), 0)
  }),
  fact('faithful', 'are not pruned by a time or a limit that is none', async ({ log }) => {
    const before = new Date()
    for (const limit of [0, -1, 1.5, 10_001, Number.NaN]) {
      await assertRefused(async () => log.commands.prune({ before, limit }), 'invalid-argument')
    }
    await assertRefused(async () => log.commands.prune({ before: new Date(Number.NaN), limit: 1 }), 'invalid-argument')
  }),
  fact('logs', 'are the log’s own', async ({ log, store }) => {
    await execute(log, 'account-A', aCommand())
    const otherLog = newLog(store)
    const other = await execute(otherLog, 'account-A', aCommand())
    assert.equal(other.earlierCommand, undefined)
    await otherLog.commands.prune({ before: new Date(other.recordedAt.getTime() + 1), limit: 10 })
    assert.equal(await otherLog.commands.find('command-1'), undefined)
    assert.notEqual(await log.commands.find('command-1'), undefined)
  }),
  fact('faithful', 'are up to 255 characters long, of any sort but control characters', async ({ log }) => {
    for (const id of ['x', '類'.repeat(255), "o'hara", '%_\\"', '😀']) {
      await execute(log, 'account-A', aCommand({ id }))
      assert.equal((await execute(log, 'account-A', aCommand({ id }))).earlierCommand?.id, id)
    }
    for (const id of ['', 'x'.repeat(256), 'a\u0000', '\ud800', null, 7]) {
      await assertRefused(() => execute(log, 'account-A', aCommand({ id: id as string })), 'invalid-argument')
    }
    for (const result of [undefined, 1n, { at: new Date() }, '\u0000', Number.NaN]) {
      await assertRefused(() => execute(log, 'account-A', aCommand({ id: 'new', result })), 'invalid-argument')
    }
    await assertRefused(() => execute(log, 'account-A', aCommand({ id: 'new', digest: '\u0000' })), 'invalid-argument')
  }),
])
