import { describe, expect, it } from 'vitest'
import { prepareAppend } from '../../src/store/append-request.ts'
import { toRecorded } from '../../src/store/index.ts'

const RECORDED_AT = new Date('2026-01-01T12:00:00.000Z')
const OUTCOME = { kind: 'recorded' as const, position: 7, versions: [2], recordedAt: RECORDED_AT }

function anAnswer() {
  const events = [
    { type: 'Opened', data: { owner: 'Ada' } },
    { type: 'Closed', data: null },
  ]
  return toRecorded(prepareAppend({ streams: [{ stream: 'account-1', events }] }), OUTCOME)
}

describe('the answer to an append', () => {
  it('gives the versions after it, and the events as a reader gets them', () => {
    const { versions, events } = anAnswer()

    expect(versions).toEqual({ 'account-1': 4 })
    expect(events.map(({ type, data, version, position }) => ({ type, data, version, position }))).toEqual([
      { type: 'Opened', data: { owner: 'Ada' }, version: 3, position: 6 },
      { type: 'Closed', data: null, version: 4, position: 7 },
    ])
  })

  it('makes them once', () => {
    const answer = anAnswer()

    expect(answer.events).toBe(answer.events)
    expect(answer.versions).toBe(answer.versions)
  })

  it('is copied with all that is in it', () => {
    const answer = anAnswer()

    expect({ ...answer }).toEqual({
      position: 7,
      versions: { 'account-1': 4 },
      recordedAt: RECORDED_AT,
      events: answer.events,
      repeated: false,
    })
  })

  it('shares its getters with all others, so that the engine keeps one shape for them', () => {
    const [one, other] = [anAnswer(), anAnswer()].map((answer) => Object.getOwnPropertyDescriptors(answer))

    expect(one?.events.get).toBeTypeOf('function')
    expect(one?.events.get).toBe(other?.events.get)
    expect(one?.versions.get).toBe(other?.versions.get)
  })
})
