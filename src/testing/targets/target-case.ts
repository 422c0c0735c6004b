import { randomUUID } from 'node:crypto'
import type { Generation, ReadModelTarget, ReadModelTargets, RowChange } from '../../store/index.ts'

/** One fact about every target of read models, and how to find out whether it holds. */
export interface TargetCase {
  /** `topic › fact in the present tense`. */
  readonly name: string
  /** Of targets where rows and checkpoint are one transaction, or of those where rows are fenced by position, alone. */
  readonly only?: 'transactional' | 'fenced'
  /** Rejects when the fact does not hold. */
  run(targets: ReadModelTargets): Promise<void>
}

export interface TargetContext {
  readonly targets: ReadModelTargets
  /** Of a log that nobody has used. */
  readonly target: ReadModelTarget
  /** Its live generation, empty. */
  readonly live: Generation
  /** Another read model's or another log's place. */
  place(log?: string, readModel?: string): Promise<ReadModelTarget>
}

/** Of the definition that the cases take for the first. */
export const FINGERPRINT = 'f1'

const READ_MODEL = 'conformance'

type Check = (context: TargetContext) => Promise<void>

export function targetFact(name: string, check: Check, only?: TargetCase['only']): TargetCase {
  return { name, ...(only === undefined ? {} : { only }), run: (targets) => run(name, check, targets) }
}

async function run(name: string, check: Check, targets: ReadModelTargets): Promise<void> {
  const log = `log-${randomUUID()}`
  const place = (otherLog = log, readModel = READ_MODEL) => targets.open(otherLog, readModel)
  try {
    const target = await place()
    await check({ targets, target, live: await target.live(FINGERPRINT), place })
  } catch (cause) {
    throw new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/** Why the case says nothing about these targets, or undefined when it does. */
export function inapplicable({ only }: TargetCase, { isTransactional }: ReadModelTargets): string | undefined {
  if (only === undefined || (only === 'transactional') === isTransactional) return undefined
  return isTransactional ? 'rows and checkpoint are one transaction' : 'rows are fenced by position'
}

/** `{ a: [row, position] }` as what `save` takes; an undefined row deletes. */
export function changes(rows: Readonly<Record<string, readonly [row: unknown, position: number]>>) {
  const all = Object.entries(rows).map(([key, [row, position]]): [string, RowChange] => [key, { row, position }])
  return new Map(all)
}

export async function rowsOf(from: Pick<ReadModelTarget, 'entries'>): Promise<Record<string, unknown>> {
  const rows: Record<string, unknown> = {}
  for await (const [key, row] of from.entries()) rows[key] = row
  return rows
}
