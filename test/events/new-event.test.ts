import { describe, expect, test } from 'vitest'
import { isDaybookError } from '../../src/errors/index.ts'
import { encodeEvent, MAX_TAGS, type NewEvent } from '../../src/events/index.ts'

function refusalOf(event: unknown, index = 0) {
  try {
    encodeEvent(event as NewEvent, index)
  } catch (error) {
    if (isDaybookError(error, 'invalid-event')) return error
    throw error
  }
  throw new Error('The event was accepted.')
}

describe('encodeEvent', () => {
  test('completes an event and makes JSON of its data and metadata', () => {
    const event = { type: 'Opened', data: { owner: 'Ada' } }
    const { id, ...encoded } = encodeEvent(event, 0)
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    const defaults = { schemaVersion: 1, metadata: '{}', tags: [] }
    expect(encoded).toEqual({ type: 'Opened', data: '{"owner":"Ada"}', ...defaults })
  })

  test('keeps its own copy of the tags', () => {
    const tags = ['vip']
    const encoded = encodeEvent({ type: 'Opened', data: 1, tags }, 0)
    tags.push('\u0000')
    expect(encoded.tags).toEqual(['vip'])
  })

  test('names the place of the event, its type and the path, and says that nothing was written', () => {
    const error = refusalOf({ type: 'Opened', data: { at: new Date() } }, 4)
    expect(error.details).toEqual({ path: 'data.at', problem: expect.any(String), event: 4, type: 'Opened' })
    expect(error.message).toMatch(/^Event 5 \(Opened\) cannot be recorded: data\.at is a Date.*Nothing was written\.$/)
  })

  test('does not repeat a type of any length in its message', () => {
    expect(refusalOf({ type: 'x'.repeat(1e6), data: 1 }).message.length).toBeLessThan(400)
  })

  test('finds a tag that is given twice, also as the last of many', () => {
    const tags = Array.from({ length: MAX_TAGS - 1 }, (_, n) => `tag ${n}`)
    expect(refusalOf({ type: 'Opened', data: 1, tags: [...tags, 'tag 0'] }).details.path).toBe(`tags[${MAX_TAGS - 1}]`)
  })

  test('measures JSON in bytes of UTF-8', () => {
    const data = '類'.repeat(349_524)
    expect(encodeEvent({ type: 'Opened', data }, 0).data.length).toBe(349_526)
    expect(refusalOf({ type: 'Opened', data: `${data}類` }).details.path).toBe('data')
  })
})
