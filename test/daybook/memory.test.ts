import { open } from 'daybook'
import { describeWithin } from '../commands/within-on-any-engine.ts'
import { describeFormerEvents } from './former-events.ts'
import { describeDaybook } from './on-any-engine.ts'

describeDaybook((options) => open('memory:', options))
describeWithin((options) => open('memory:', options))
describeFormerEvents((options) => open('memory:', options))
