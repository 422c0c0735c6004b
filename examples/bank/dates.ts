/** Days of the bank's calendar, as `YYYY-MM-DD`: they compare as text, and no time zone can move them. */

export type Day = string

const DAY_MS = 86_400_000

/** The bank's files say `YYMMDD`: `'930101'` is 1993-01-01. Undefined for what is no day of the calendar. */
export function parseDay(text: string): Day | undefined {
  if (!/^\d{6}$/.test(text)) return undefined
  // Computers keep this bank's books since after 1950; the files say no more than two digits.
  const century = text < '500000' ? '20' : '19'
  const day = `${century}${text.slice(0, 2)}-${text.slice(2, 4)}-${text.slice(4)}`
  const time = new Date(`${day}T00:00:00Z`)
  return Number.isNaN(time.getTime()) || toDay(time) !== day ? undefined : day
}

/** The day that is `days` after `day`. */
export function addDays(day: Day, days: number): Day {
  const time = new Date(`${day}T00:00:00Z`)
  time.setUTCDate(time.getUTCDate() + days)
  return toDay(time)
}

export function daysBetween(first: Day, last: Day): number {
  return (Date.parse(last) - Date.parse(first)) / DAY_MS
}

function toDay(time: Date): Day {
  return time.toISOString().slice(0, 10)
}
