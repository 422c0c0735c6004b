import { openMemory } from '../../src/store/index.ts'
import { describeMoving } from './describe-moving.ts'

describeMoving('moving between logs in memory', async () => openMemory())
