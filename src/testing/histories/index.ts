export {
  forRandomHistories,
  type LawOptions,
  type RandomHistory,
  type RandomHistoryOptions,
  randomHistory,
} from './random-history.ts'
