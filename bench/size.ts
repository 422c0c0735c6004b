/** How much work a run does. `small` shows in some ten minutes where things stand; `full` gives the figures to print. */
export interface Size {
  readonly name: 'small' | 'full'
  /** Of each measurement that is bounded by time; what comes before it warms caches, plans and the compiler. */
  readonly warmUpMs: number
  readonly measureMs: number
  readonly importEvents: number
  /** In the log that is read. */
  readonly logEvents: number
  readonly shortLogEvents: number
  readonly longLogEvents: number
  readonly tailSeconds: number
  readonly repetitions: number
}

export const SIZES: Readonly<Record<Size['name'], Size>> = {
  small: {
    name: 'small',
    warmUpMs: 500,
    measureMs: 1_500,
    importEvents: 100_000,
    logEvents: 200_000,
    shortLogEvents: 50_000,
    longLogEvents: 500_000,
    tailSeconds: 4,
    repetitions: 3,
  },
  full: {
    name: 'full',
    warmUpMs: 1_000,
    measureMs: 5_000,
    importEvents: 1_000_000,
    logEvents: 1_000_000,
    shortLogEvents: 100_000,
    longLogEvents: 5_000_000,
    tailSeconds: 20,
    repetitions: 5,
  },
}
