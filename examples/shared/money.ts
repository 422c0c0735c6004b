/**
 * Money is an integer number of minor units: cents, haléře. Text becomes an integer digit by digit and goes back the
 * same way, so no amount is ever a fraction, and sums are exact.
 */

/** Thirteen digits before the point: the largest amount is still a safe integer. */
const MONEY = /^(-?)(\d{1,13})(?:\.(\d{1,2}))?$/

/** `'1234.5'` is 123450. Undefined for all that is not a plain number of at most two decimals. */
export function parseMoney(text: string): number | undefined {
  const [, sign, units, decimals = ''] = MONEY.exec(text) ?? []
  if (units === undefined) return undefined
  const minor = Number(units + decimals.padEnd(2, '0'))
  return sign === '-' && minor !== 0 ? -minor : minor
}

/** 123450 is `'1,234.50'`. */
export function formatMoney(minor: number): string {
  const digits = String(Math.abs(minor)).padStart(3, '0')
  return `${minor < 0 ? '-' : ''}${separateThousands(digits.slice(0, -2))}.${digits.slice(-2)}`
}

/** 1234 is `'1,234'`. */
export function formatCount(count: number): string {
  return separateThousands(String(count))
}

function separateThousands(digits: string): string {
  return digits.replace(/\B(?=(?:\d{3})+$)/g, ',')
}
