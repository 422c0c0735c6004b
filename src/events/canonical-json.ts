/**
 * One text for one value, whatever the order of its keys: for digests. For JSON values it is the form of RFC 8785.
 * What JSON lacks gets a form of its own rather than a silent null, as a command's input may hold a Date or a bigint.
 */
export function toCanonicalJson(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? String(value)
  if (value instanceof Map || value instanceof Set) return `${value.constructor.name}${toCanonicalJson([...value])}`
  if (Array.isArray(value)) return `[${value.map(toCanonicalJson).join(',')}]`
  if ('toJSON' in value && typeof value.toJSON === 'function') return toCanonicalJson(value.toJSON())
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${sorted.map(([key, item]) => `${JSON.stringify(key)}:${toCanonicalJson(item)}`).join(',')}}`
}
