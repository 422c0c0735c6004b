import { open } from 'daybook'
import { describeRebuild } from './describe-rebuild.ts'

describeRebuild((options) => open('memory:', options))
