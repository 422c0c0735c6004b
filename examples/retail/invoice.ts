export interface Invoice {
  /** One that begins with `C` takes goods back. */
  readonly number: string
  /** At least one. */
  readonly lines: readonly InvoiceLine[]
}

export interface InvoiceLine {
  readonly code: string
  /** May be empty. */
  readonly description: string
  /** Negative where goods came back or are gone. */
  readonly quantity: number
  /** Of a piece, in pence. */
  readonly price: number
  /** `YYYY-MM-DD`. */
  readonly day: string
  readonly country: string
  readonly customer?: string
}
