import { memoryTargets } from '../../src/targets/memory/index.ts'
import { describeTargets } from './describe-targets.ts'

const targets = memoryTargets()
describeTargets(() => targets)
