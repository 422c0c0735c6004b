/** How another thread opens the store that this one has open. */
export interface Reopening {
  readonly url: string
  /** Numbers, texts and switches, as `open` takes them. */
  readonly options: Readonly<Record<string, unknown>>
}
