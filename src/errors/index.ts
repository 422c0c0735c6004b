export {
  DaybookError,
  type DaybookErrorCode,
  type DaybookErrorDetails,
  isDaybookError,
  type UnreadableEvents,
} from './daybook-error.ts'
