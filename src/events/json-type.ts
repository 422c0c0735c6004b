/**
 * JSON, for the compiler: what `findJsonProblem` says of values, said of types. `any` and `unknown` pass, as only the
 * value can tell; so does what lies deeper than the compiler is asked to look.
 */

/**
 * To be intersected with a parameter's type: nothing (`unknown`) when `T` is JSON, else a sentence that names the part
 * which is not, for the compiler to show.
 */
export type JsonOnly<T> = [NotJson<T>] extends [never] ? unknown : Complaint<T, 'data'>

type Scalar = string | number | boolean | null | undefined
type Callable = (...args: never[]) => unknown
type Levels = readonly 0[]

/** The parts of `T` that are not JSON; never when there are none. It looks ten levels deep, without paths, which is cheap. */
type NotJson<T, Level extends Levels = []> = Level['length'] extends 10
  ? never
  : unknown extends T
    ? never
    : T extends Scalar
      ? never
      : T extends Foreign
        ? T
        : T extends readonly unknown[]
          ? NotJson<T[number], [...Level, 0]>
          : { [Key in keyof T]-?: Key extends symbol ? T : NotJson<T[Key], [...Level, 0]> }[keyof T]

/** What is often tried. Other classes are found by their methods. */
type Foreign = bigint | symbol | Callable | Date | RegExp | ReadonlyMap<never, unknown> | ReadonlySet<never>

/** The same with paths, which cost more and are only made when there is something to say. */
type Complaint<T, Path extends string, Level extends Levels = []> = Level['length'] extends 5
  ? `${Path} is not JSON`
  : T extends Scalar
    ? never
    : T extends Foreign
      ? `${Path} is ${NameOf<T>}, which is not JSON`
      : T extends readonly unknown[]
        ? [NotJson<T[number]>] extends [never]
          ? never
          : Complaint<T[number], `${Path}[]`, [...Level, 0]>
        : { [Key in keyof T]-?: ComplaintAt<T[Key], Key, Path, Level> }[keyof T]

type ComplaintAt<T, Key, Path extends string, Level extends Levels> = Key extends string | number
  ? [NotJson<T>] extends [never]
    ? never
    : Complaint<T, `${Path}.${Key}`, [...Level, 0]>
  : `${Path} has a key that is a symbol, which is not JSON`

type NameOf<T> = T extends Date
  ? 'a Date'
  : T extends bigint
    ? 'a bigint'
    : T extends Callable
      ? 'a function'
      : T extends ReadonlyMap<never, unknown>
        ? 'a Map'
        : T extends ReadonlySet<never>
          ? 'a Set'
          : 'a value'
