export {
  forRandomHistories,
  type HistoryOf,
  type LawOptions,
  type RandomHistory,
  type RandomHistoryOptions,
  randomHistory,
} from './random-history.ts'
