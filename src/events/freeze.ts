/**
 * Freezes plain objects and arrays, all the way down: a definition's initial value is shared by everything that starts
 * from it, so a fold that changes it in place must fail at once, and not corrupt the next one.
 */
export function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
  if (!isPlain) return value
  Object.freeze(value)
  for (const item of Object.values(value)) freezeDeep(item)
  return value
}

/**
 * A value as a pure function is given it: what is frozen at runtime is not assigned to in the source either. One level deep,
 * and arrays as they are, so that what is given can be given back as it is.
 */
export type Frozen<T> = unknown extends T ? T : T extends readonly unknown[] ? T : Readonly<T>
