/** What a store promises. Each case of the suite tries to break one of these. */
export const STORE_PROMISES = {
  atomic: 'An append, to one stream or to several, is all there or not there.',
  versions: 'Versions are contiguous in a stream; of two writers with the same expected version exactly one wins.',
  boundaries: 'An append with a boundary is refused when an event that matches was recorded since the reader looked.',
  order: 'Positions are in commit order: a reader that has seen a position never later finds an event at or before it.',
  once: 'An append or a command that is given twice happens once.',
  faithful: 'What is accepted comes back deep-equal; what would not is refused with the path to it, before it is sent.',
  reading: 'A reader gives exactly the events that were asked for, in order, and stops when told.',
  tail: 'A tail gives each event once and in order, from history into the present, until it is told to stop.',
  logs: 'Logs are independent of one another.',
  import: 'Imported history stands in the log as if it had been appended, with its own times.',
  keepsakes: 'A snapshot or a checkpoint moves only the way its owner means it to.',
  lifetime: 'A closed store has released what it held, and says that it is closed.',
} as const

export type StorePromise = keyof typeof STORE_PROMISES
