import { open } from 'daybook'
import { describeReactors } from './reactors-on-any-engine.ts'

describeReactors((options) => open('memory:', options))
