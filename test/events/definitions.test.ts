import { type AnyEventDefinition, aggregate, event, isDaybookError, type RecordedEvent, retired } from 'daybook'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { assertWhole, toRead } from '../../src/events/index.ts'

const name = z.object({ name: z.string() })
const SignedUp = retired('SignedUp', z.object({ name: z.string(), email: z.string() })).splitInto(
  'Joined',
  'EmailGiven',
)
const Joined = event('Joined', name).splitFrom(SignedUp, (old) => ({ name: old.name }))
const EmailGiven = event('EmailGiven', z.object({ email: z.string() })).splitFrom(SignedUp, (old) => ({
  email: old.email,
}))

function stored(type: string, data: unknown): RecordedEvent {
  const stream = { name: 'member-A', category: 'member', id: 'A' }
  const rest = { schemaVersion: 1, metadata: {}, tags: [], stream, version: 3, position: 7, recordedAt: new Date(0) }
  return { id: 'x', type, data, ...rest }
}

describe('definitions that are read together', () => {
  test('give the parts of a split in the order that it names them in', () => {
    const typesBy = (definitions: readonly AnyEventDefinition[]) =>
      toRead(definitions)(stored('SignedUp', { name: 'Ada', email: 'a@x' })).map(({ type }) => type)
    expect(typesBy([Joined, EmailGiven])).toEqual(['Joined', 'EmailGiven'])
    expect(typesBy([SignedUp, EmailGiven, Joined])).toEqual(['Joined', 'EmailGiven'])
    expect(typesBy([EmailGiven])).toEqual(['EmailGiven'])
  })

  test('have each type once, and leave each stored event to one of them', () => {
    const pairs: readonly (readonly AnyEventDefinition[])[] = [
      [event('A', name), event('A', name)],
      [event('A', name).renamedFrom('B'), event('B', name)],
      [event('A', name), retired('A').dropped()],
      [event('Other', name).renamedFrom('SignedUp'), Joined],
      [retired('SignedUp').dropped(), Joined],
    ]
    for (const pair of pairs) {
      expect(refusal(() => toRead(pair))).toMatch(/^The events hold two definitions/)
    }
  })

  test('may share a name where their schema versions are not the same', () => {
    const Old = retired('A', name).splitInto('A', 'B')
    const A = event('A', z.object({})).splitFrom(Old, () => ({}))
    const B = event('B', name).splitFrom(Old, (old) => old)
    const read = toRead([Old, A, B])
    expect(read(stored('A', { name: 'Ada' })).map(({ type }) => type)).toEqual(['A', 'B'])
    expect(read({ ...stored('A', {}), schemaVersion: 2 }).map(({ type }) => type)).toEqual(['A'])
  })

  test('of a whole stream hold every part of what they split', () => {
    expect(refusal(() => assertWhole([Joined]))).toMatch(/read SignedUp, a part of which is EmailGiven/)
    expect(refusal(() => aggregate('member', { events: [SignedUp], initial: {} }))).toMatch(/part of which is Joined/)
    assertWhole([EmailGiven, Joined])
  })
})

function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (isDaybookError(error, 'invalid-argument')) return error.message
    throw error
  }
  return 'accepted'
}
