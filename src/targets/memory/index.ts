export { memoryTargets } from './memory-target.ts'
