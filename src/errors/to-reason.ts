/** What a cause says. */
export function toReason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

/** The same as a sentence that others can follow. */
export function toSentence(cause: unknown): string {
  const reason = toReason(cause).trim()
  return /[.!?…]$/.test(reason) ? reason : `${reason}.`
}
