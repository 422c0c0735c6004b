import { type FollowerPhase, FollowerProgress, type FollowerStatus } from '../following/index.ts'
import type { Held } from './batch.ts'
import { Rate } from './rate.ts'

export type ProjectionStatus = FollowerStatus

/**
 * What a projection is doing: `waiting` for another instance that is at work, `catching up` with history, `live`,
 * `backing off` after an error that may pass; or it is at an end.
 */
export type ProjectionPhase = FollowerPhase

/** How far a projection has come, and who waits for it. */
export class Progress extends FollowerProgress {
  readonly rate = new Rate()
  /** Keys whose events wait. */
  held: Held = new Map()
}
