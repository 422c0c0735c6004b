/**
 * The types that a declared column may have: a closed list, as each must give back exactly the value that it was given.
 * What would come back changed (a rounded number, a date in another zone) does not fit.
 */
interface ColumnCodec {
  /** What is wrong with the value; undefined when the column keeps it as it is. */
  findProblem(value: unknown): string | undefined
  /** The SQL that gives the value back as JSON. `column` is quoted. */
  toRead?(column: string): string
}

const CODECS = {
  text: { findProblem: (value) => (typeof value === 'string' ? undefined : 'is not a string') },
  boolean: { findProblem: (value) => (typeof value === 'boolean' ? undefined : 'is not true or false') },
  smallint: wholeNumbers(-32_768, 32_767),
  integer: wholeNumbers(-2_147_483_648, 2_147_483_647),
  // JavaScript's own bounds are narrower than the column's.
  bigint: wholeNumbers(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  'double precision': { findProblem: findNumberProblem },
  numeric: { findProblem: findNumberProblem },
  date: { findProblem: findDateProblem },
  timestamptz: { findProblem: findTimeProblem, toRead: toUtcText },
  uuid: { findProblem: findUuidProblem },
  jsonb: { findProblem: (value) => (value === null ? 'is null' : undefined) },
} as const satisfies Record<string, ColumnCodec>

/** A type of PostgreSQL that a column of a read model may have. */
export type ColumnType = keyof typeof CODECS | `numeric(${number},${number})`

/** Undefined for a type that is not on the list. */
export function toCodec(type: string): ColumnCodec | undefined {
  if (Object.hasOwn(CODECS, type)) return CODECS[type as keyof typeof CODECS]
  const [, precision, scale] = type.match(/^numeric\((\d{1,3}),(\d{1,3})\)$/) ?? []
  if (precision === undefined || scale === undefined) return undefined
  return decimals(Number(precision), Number(scale))
}

function wholeNumbers(lowest: number, highest: number): ColumnCodec {
  return {
    findProblem: (value) => {
      if (typeof value !== 'number' || !Number.isInteger(value)) return 'is not a whole number'
      return value >= lowest && value <= highest ? undefined : `is ${value}, not from ${lowest} to ${highest}`
    },
  }
}

/** PostgreSQL would round in silence. */
function decimals(precision: number, scale: number): ColumnCodec | undefined {
  const isKnown = precision >= 1 && precision <= MAX_PRECISION && scale <= precision
  if (!isKnown) return undefined
  return {
    findProblem: (value) => {
      const problem = findNumberProblem(value)
      if (problem !== undefined) return problem
      const [whole = '', fraction = ''] = toPlainDecimal(value as number).split('.')
      if (fraction.length > scale) return `is ${value}, with more than ${scale} decimals`
      const digits = whole === '0' ? 0 : whole.length
      return digits <= precision - scale ? undefined : `is ${value}, with more than ${precision - scale} digits`
    },
  }
}

/** More digits than a JavaScript number ever has before its point. */
const MAX_PRECISION = 400

/** The absolute value, in full: `1e-7` as `0.0000001`. */
function toPlainDecimal(value: number): string {
  const [mantissa = '', exponent = '0'] = Math.abs(value).toString().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const shift = Number(exponent)
  const digits = whole + fraction
  const point = whole.length + shift
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`
  if (point >= digits.length) return digits + '0'.repeat(point - digits.length)
  return `${digits.slice(0, point)}.${digits.slice(point)}`
}

function findNumberProblem(value: unknown): string | undefined {
  return typeof value === 'number' ? undefined : 'is not a number'
}

function findDateProblem(value: unknown): string | undefined {
  const isDate =
    typeof value === 'string' && /^(?!0000)\d{4}-\d\d-\d\d$/.test(value) && isInstant(`${value}T00:00:00.000Z`)
  return isDate ? undefined : 'is not a date such as 2026-03-31'
}

function findTimeProblem(value: unknown): string | undefined {
  const isTime = typeof value === 'string' && /^(?!0000)\d{4}-/.test(value) && isInstant(value)
  return isTime ? undefined : 'is not a time as toISOString() writes it, such as 2026-03-31T23:59:59.000Z'
}

/** Written as it would be written again: so not the 31st of a month that has 30 days. */
function isInstant(text: string): boolean {
  const time = new Date(text)
  return !Number.isNaN(time.getTime()) && time.toISOString() === text
}

function findUuidProblem(value: unknown): string | undefined {
  const isUuid = typeof value === 'string' && /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/.test(value)
  return isUuid ? undefined : 'is not a UUID in small letters'
}

function toUtcText(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}
