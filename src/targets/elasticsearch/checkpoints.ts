/**
 * How far a generation is, or one share of a parallel build: a document with the position and the quarantine, so that
 * both move at once. What the generation's own says of a key outweighs what shares have said of it while it was built.
 */
import type { CheckpointMove, QuarantinedKey } from '../../store/index.ts'
import type { Held } from './control.ts'

export interface Progress {
  readonly log: string
  readonly readModel: string
  readonly generation: string
  readonly position: number
  /** Rows were written, if only deleted ones. */
  readonly hasRows: boolean
  readonly quarantine: readonly Quarantined[]
  readonly share?: number
}

type Quarantined = (Omit<QuarantinedKey, 'since'> & { readonly since: string }) | Released

/** In the generation's own document: a share may hold the key still. */
interface Released {
  readonly key: string
  readonly released: true
}

type Owner = Pick<Progress, 'log' | 'readModel' | 'generation' | 'hasRows'>

export function toPosition(held: Held<Progress> | undefined): number {
  return held?.document.position ?? 0
}

export function moved(before: Progress | undefined, move: CheckpointMove, owner: Owner): Progress {
  const { to, partition, quarantine = new Map<string, undefined>() } = move
  const kept = (before?.quarantine ?? []).filter(({ key }) => !quarantine.has(key))
  const changed = [...quarantine].map(([key, held]): Quarantined => {
    return held === undefined ? { key, released: true } : { ...held, since: held.since.toISOString() }
  })
  return {
    ...owner,
    position: to,
    hasRows: owner.hasRows || (before?.hasRows ?? false),
    quarantine: [...kept, ...changed],
    ...(partition === undefined ? {} : { share: partition.index }),
  }
}

export function joinQuarantines(all: readonly Progress[]): readonly QuarantinedKey[] {
  const byKey = new Map<string, Quarantined>()
  const sharesFirst = [...all].sort((a, b) => Number(a.share === undefined) - Number(b.share === undefined))
  for (const { quarantine } of sharesFirst) for (const each of quarantine) byKey.set(each.key, each)
  const held = [...byKey.values()].flatMap((each) =>
    'released' in each ? [] : [{ ...each, since: new Date(each.since) }],
  )
  return held.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
}
