export {
  DaybookError,
  type DaybookErrorCode,
  type DaybookErrorDetails,
  isDaybookError,
  type UnreadableEvents,
} from './daybook-error.ts'
export { toReason, toSentence } from './to-reason.ts'
