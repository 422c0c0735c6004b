export { type AggregateAt, loadAt, type Point } from './state-at.ts'
