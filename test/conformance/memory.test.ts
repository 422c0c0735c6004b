import { openMemory } from '../../src/store/index.ts'
import { runConformance } from './run-suite.ts'

runConformance('memory', async () => openMemory())
