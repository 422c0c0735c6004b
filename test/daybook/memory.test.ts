import { open } from 'daybook'
import { describeDaybook } from './on-any-engine.ts'

describeDaybook((options) => open('memory:', options))
