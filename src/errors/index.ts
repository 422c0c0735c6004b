export { DaybookError, type DaybookErrorCode, type DaybookErrorDetails, isDaybookError } from './daybook-error.ts'
