/** Holds what came of a command against what is expected of it, and says in words what is different. */
import { dropUndefined, type NewEvent, toPathText } from '../../events/index.ts'
import { findDifferences, show } from './differences.ts'
import type { EventsByPart, Judged } from './judge.ts'
import type { Unmet } from './unmet.ts'

/** What is not as expected of a command, or undefined. */
export type Expectation = (command: string, judged: Judged) => Unmet | undefined

/** @param expected By part, with all the command's parts; a command over one aggregate has the part undefined. */
export function expectEvents(expected: EventsByPart): Expectation {
  return (command, judged) => {
    const wanted = [...expected].flatMap(([part, events]) => events.map((event) => ({ part, event })))
    const names = wanted.map(({ event }) => event.type)
    if (judged.status !== 'accepted')
      return differs(command, judged, `record ${names.join(', ')}`, toShownParts(expected))
    const found = judged.events
    const parts = [...new Set([...expected.keys(), ...found.keys()])]
    const lines = parts.flatMap((part) => compareEvents(part, found.get(part) ?? [], expected.get(part) ?? []))
    if (lines.length === 0) return undefined
    return {
      lines: [`${command} does not decide as expected:`, ...lines],
      actual: toShownParts(found, expected),
      expected: toShownParts(expected),
    }
  }
}

export function expectNothing(): Expectation {
  return (command, judged) => {
    const isNothing = judged.status === 'accepted' && [...judged.events.values()].every((events) => events.length === 0)
    return isNothing ? undefined : differs(command, judged, 'record nothing', [])
  }
}

/**
 * That it is decided against, or not allowed.
 *
 * @param details Looked at only when they are given.
 */
export function expectReason(
  status: 'rejected' | 'unauthorised',
  reason: string,
  details: readonly unknown[],
): Expectation {
  return (command, judged) => {
    const wanted = toShownReason({ status, reason, details: details[0] })
    if (judged.status !== status || judged.reason !== reason) {
      return differs(command, judged, `be ${status}: ${reason}`, wanted)
    }
    const found = toShownReason(judged)
    const lines = details.length === 0 ? [] : findDifferences('details', found.details, wanted.details)
    if (lines.length === 0) return undefined
    return {
      lines: [`${command} is ${status}: ${reason}, with other details:`, ...lines],
      actual: found,
      expected: wanted,
    }
  }
}

interface Reasoned {
  readonly status: 'rejected' | 'unauthorised'
  readonly reason: string
  readonly details: unknown
}

function toShownReason({ status, reason, details }: Reasoned): Readonly<Record<string, unknown>> {
  return { [status]: reason, ...(details === undefined ? {} : { details: dropUndefined(details) }) }
}

/** @param paths None: that it is invalid is enough. */
export function expectInvalid(paths: readonly string[]): Expectation {
  return (command, judged) => {
    const where = paths.length === 0 ? '' : ` at ${paths.join(', ')}`
    const expected = { invalid: [...paths].sort() }
    if (judged.status !== 'invalid') return differs(command, judged, `refuse the input${where}`, expected)
    const found = new Set(judged.issues.map(({ path }) => toPath(path)))
    const missed = paths.filter((path) => !found.has(path))
    const others = judged.issues.filter(({ path }) => paths.length > 0 && !paths.includes(toPath(path)))
    if (missed.length + others.length === 0) return undefined
    const lines = [
      ...missed.map((path) => `${path} is not refused`),
      ...others.map(({ path, message }) => `${toPath(path)} is refused, which was not expected: ${message}`),
    ]
    const actual = { invalid: [...found].sort() }
    return { lines: [`${command} refuses its input at other places:`, ...lines], actual, expected }
  }
}

/** @param expected By part; a command over one aggregate has the part undefined. */
export function expectStates(expected: ReadonlyMap<string | undefined, unknown>): Expectation {
  return (command, judged) => {
    if (judged.status !== 'accepted') return differs(command, judged, 'be accepted', Object.fromEntries(expected))
    for (const [part, wanted] of expected) {
      const actual = judged.states.get(part)
      const lines = findDifferences(part ?? 'state', actual, wanted)
      const title = `The state after ${command} is not as expected:`
      if (lines.length > 0) return { lines: [title, ...lines], actual, expected: wanted }
    }
    return undefined
  }
}

function differs(command: string, judged: Judged, wanted: string, expected: unknown): Unmet {
  const [found, ...details] = describe(judged)
  return { lines: [`${command} was expected to ${wanted}; ${found}`, ...details], actual: toShown(judged), expected }
}

function describe(judged: Judged): [string, ...string[]] {
  switch (judged.status) {
    case 'invalid':
      return ['its input is refused:', ...judged.issues.map(({ path, message }) => `${toPath(path)}: ${message}`)]
    case 'rejected':
    case 'unauthorised': {
      const { status, reason, details } = judged
      return [`it is ${status}: ${reason}${details === undefined ? '' : ` ${show(details)}`}`]
    }
    case 'accepted': {
      const lines = [...judged.events].flatMap(([part, events]) => events.map((event) => describeEvent(part, event)))
      return lines.length === 0 ? ['it records nothing'] : ['it records', ...lines]
    }
  }
}

function describeEvent(part: string | undefined, { type, data }: NewEvent): string {
  return `${part === undefined ? '' : `${part}: `}${type} ${show(data)}`
}

/** Such as `items[0].price`; the input as a whole is `input`. */
function toPath(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'input' : toPathText('', path).replace(/^\./, '')
}

/** What is different, in words: `part` is undefined where there is only one. */
export function compareEvents(
  part: string | undefined,
  events: readonly NewEvent[],
  expected: readonly NewEvent[],
): string[] {
  const count = Math.max(events.length, expected.length)
  const places = Array.from({ length: count }, (_, place) => place)
  const prefix = part === undefined ? '' : `${part}: `
  return places.flatMap((place) => compareAt(place, events[place], expected[place])).map((line) => prefix + line)
}

function compareAt(place: number, actual: NewEvent | undefined, expected: NewEvent | undefined): string[] {
  const name = `event ${place + 1}`
  if (actual === undefined)
    return expected === undefined ? [] : [`${name} is missing, expected ${describeEvent(undefined, expected)}`]
  if (expected === undefined) return [`${name} is ${describeEvent(undefined, actual)}, and was not expected`]
  if (actual.type !== expected.type) {
    return [`${name} is ${describeEvent(undefined, actual)}, expected ${describeEvent(undefined, expected)}`]
  }
  const { type: _, ...shown } = toShownEvent(actual, expected)
  const { type, ...wanted } = toShownEvent(expected, expected)
  return Object.keys({ ...wanted, ...shown }).flatMap((key) =>
    findDifferences(`${name} (${type}) ${key}`, shown[key], wanted[key]),
  )
}

type ShownEvent = Readonly<Record<string, unknown>>

/** What is compared of an event, and shown: what the expected one says. */
export function toShownEvent(event: NewEvent, expected: NewEvent | undefined): ShownEvent {
  const { type, data, metadata, id, tags = [] } = event
  return {
    type,
    data: dropUndefined(data),
    ...(tags.length === 0 ? {} : { tags: [...tags].sort() }),
    ...(expected?.metadata === undefined ? {} : { metadata: dropUndefined(metadata ?? {}) }),
    ...(expected?.id === undefined ? {} : { id }),
  }
}

function toShownParts(events: EventsByPart, expected: EventsByPart = events): unknown {
  const toList = (part: string | undefined) =>
    (events.get(part) ?? []).map((event, place) => toShownEvent(event, expected.get(part)?.[place]))
  if (events.has(undefined)) return toList(undefined)
  return Object.fromEntries([...events.keys()].map((part) => [part, toList(part)]))
}

function toShown(judged: Judged): unknown {
  if (judged.status === 'invalid') return { invalid: judged.issues }
  if (judged.status !== 'accepted') return toShownReason(judged)
  return toShownParts(judged.events)
}
