/**
 * What a program does around every command: logging, timing, tenancy. The first in the list is the outermost; each may
 * answer by itself or pass on what is asked, changed or not, and sees what comes of it.
 */
import { brokenDefinition } from '../events/index.ts'
import { refuse } from '../store/index.ts'
import type { Asked } from './execution.ts'
import type { CommandResult } from './result.ts'

/** Executing, for who wraps it. */
export type Execute = (asked: Asked) => Promise<CommandResult>

/** Passes on what is asked, once; what is given takes the place of what was asked. */
export type Next = (changed?: Partial<Pick<Asked, 'target' | 'input' | 'options'>>) => Promise<CommandResult>

/**
 * Stands around the execution of every command, also of those that are invalid. What it answers by itself must be
 * something that the command could answer: the caller's types say so.
 *
 * @example
 * const timing: Middleware = async (asked, next) => {
 *   const beganAtMs = performance.now()
 *   const result = await next()
 *   console.log(asked.command.name, result.status, performance.now() - beganAtMs)
 *   return result
 * }
 */
export type Middleware = (asked: Asked, next: Next) => Promise<CommandResult>

/** @throws `invalid-argument` for what is no list of functions */
export function assertMiddleware(middleware: readonly Middleware[]): void {
  if (!Array.isArray(middleware)) refuse('middleware', 'is not an array')
  if (!middleware.every((each) => typeof each === 'function'))
    refuse('middleware', 'holds something that is no function')
}

export function withMiddleware(middleware: readonly Middleware[], execute: Execute): Execute {
  return middleware.reduceRight<Execute>((inner, each, place) => {
    const name = `The middleware ${each.name === '' ? place + 1 : each.name}`
    return (asked) => passThrough(each, name, asked, inner)
  }, execute)
}

/** @throws `broken-definition` when it passes on twice, or too late, or gives no result */
async function passThrough(middleware: Middleware, name: string, asked: Asked, inner: Execute): Promise<CommandResult> {
  let isPassed = false
  let isOver = false
  const next: Next = (changed) => {
    if (isPassed) throw brokenDefinition(name, 'calls next twice, which would execute the command twice')
    if (isOver) throw brokenDefinition(name, 'calls next when it has answered already; it must await what next gives')
    isPassed = true
    // Which command on which log is not for it to say: the caller knows the result by the command.
    return inner({ ...asked, ...changed, command: asked.command, log: asked.log })
  }
  try {
    const result: unknown = await middleware(asked, next)
    if (isResult(result)) return result
    const which = isPassed ? 'the command was executed all the same' : 'the command was not executed'
    throw brokenDefinition(name, `gives no result, as if it forgot to return what next gives; ${which}`)
  } finally {
    isOver = true
  }
}

const STATUSES: ReadonlySet<unknown> = new Set<CommandResult['status']>([
  'accepted',
  'rejected',
  'invalid',
  'unauthorised',
  'conflict',
])

function isResult(value: unknown): value is CommandResult {
  return typeof value === 'object' && value !== null && 'status' in value && STATUSES.has(value.status)
}
