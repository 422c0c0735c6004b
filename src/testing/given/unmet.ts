import { AssertionError } from 'node:assert/strict'

/** What was expected and did not come: each runner shows the two values' difference beside the message. */
export interface Unmet {
  /** What is different, in words; the first line says of what. */
  readonly lines: readonly [string, ...string[]]
  readonly actual: unknown
  readonly expected: unknown
}

/** More are hard to read; the runner shows the rest. */
const MOST_LINES = 12

/** @throws AssertionError, always: it points to where `calledBy` was called. */
// biome-ignore lint/complexity/noBannedTypes: what AssertionError takes
export function failUnmet({ lines, actual, expected }: Unmet, calledBy: Function): never {
  const [title, ...rest] = lines
  const shown = rest.slice(0, MOST_LINES).map((line) => `\n  ${line}`)
  const left = rest.length - shown.length
  const message = `${title}${shown.join('')}${left > 0 ? `\n  … and ${left} more` : ''}`
  // An operator of our own: for those that it knows, Node.js puts a difference of its own into the message.
  throw new AssertionError({ message, actual, expected, operator: 'then', stackStartFn: calledBy })
}

/**
 * What has a `then` is taken for a promise by `await`, which calls it with functions; and a definition, which is a
 * function, may be given in the place of an event.
 */
export function assertExpected(expected: unknown): void {
  if (typeof expected !== 'function') return
  if ('type' in expected) throw new TypeError(`then(…) takes events: make ${String(expected.type)} with its data.`)
  throw new TypeError('Nothing is expected yet: go on with .then(…), or another expectation, before you await.')
}
