import { openMemory } from '../../src/store/index.ts'
import { runConformance } from '../conformance/run-suite.ts'
import { record, useContextManager } from './recording.ts'

useContextManager()

runConformance('memory, decorated', async () => {
  const { instruments } = record()
  const store = openMemory()
  return {
    engine: store.engine,
    capabilities: store.capabilities,
    log: (name) => instruments.log(store.log(name)),
    close: () => store.close(),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
})
