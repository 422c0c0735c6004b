/**
 * What a rebuild has set out to do. It is kept in the note of the rebuild's lease, so that whoever goes on after a crash
 * does so with the same shares, and everybody can see how far it is.
 */
import type { Sharing } from './shares.ts'

export interface Plan {
  /** The generation that is being built. */
  readonly generation: number
  readonly fingerprint: string
  readonly sharing: Sharing
  readonly shares: number
  /** The position from which on keys are folded anew; 0 for all keys. */
  readonly from: number
  /** Up to where events that touch a key are looked for; 0 while rows are still being taken over. */
  readonly touchedUpTo: number
  /** The position up to which shares fold. */
  readonly upTo: number
}

export interface RebuildNote {
  readonly plan: Plan
  readonly progress: RebuildProgress
}

export type RebuildPhase = 'taking over' | 'folding' | 'catching up' | 'comparing' | 'swapped'

export interface RebuildProgress {
  readonly phase: RebuildPhase
  /** How much of the phase is done, of `total`: events, or while comparing rows. */
  readonly done: number
  readonly total: number
  /** Done in a second, in the phase so far. */
  readonly perSecond: number
  /** Of the phase. */
  readonly secondsLeft: number
}

/** How far whoever left the note has come, or is. */
export function toProgress(note: unknown): RebuildProgress | undefined {
  return typeof note === 'object' && note !== null && 'progress' in note
    ? (note as Pick<RebuildNote, 'progress'>).progress
    : undefined
}

/** The note of an earlier attempt, if it is one. */
export function toNote(note: unknown): RebuildNote | undefined {
  return typeof note === 'object' && note !== null && 'plan' in note ? (note as RebuildNote) : undefined
}
