export { given } from './given.ts'
export type { Outcome } from './outcome-types.ts'
export { type Circumstances, recorded, type StoredEvent, stored } from './recorded.ts'
