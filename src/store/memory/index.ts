export { openMemory } from './memory-store.ts'
