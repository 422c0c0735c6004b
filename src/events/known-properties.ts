/**
 * A fold that gives a property which its state does not have, for the compiler: a misspelt one is lost in silence
 * otherwise, as TypeScript looks for what is too much only where a value is written for a known type, and not in what a
 * function returns.
 */

/**
 * To be intersected with the type of a fold's functions, one for each of the types: nothing (`unknown`) for each that
 * gives properties of the state alone, else a sentence for the compiler to show. Only plain objects are looked at, and
 * only their first level.
 */
export type GivesKnown<Functions, State, Types extends string> = {
  readonly [Each in keyof Functions]: Each extends Types
    ? Functions[Each] extends (...given: never[]) => infer Given
      ? Complaint<Given, State>
      : unknown
    : `${Each & string} is none of the events`
}

type Complaint<Given, State> = [Other<Given, State>] extends [never]
  ? unknown
  : `gives ${Other<Given, State>}, which is no property of the state`

/** Property names that the state lacks; never for what is no plain object, or not known. */
type Other<Given, State> = true extends IsOpen<Given> | IsOpen<State> ? never : Exclude<NamesOf<Given>, NamesOf<State>>

/** Of any of a union. */
type NamesOf<T> = T extends NotPlain ? never : keyof T & string

type NotPlain = string | number | boolean | bigint | symbol | null | undefined | readonly unknown[] | Callable
type Callable = (...given: never[]) => unknown

/** `any`, `never`, `unknown`. */
type IsOpen<T> = 0 extends 1 & T ? true : [T] extends [never] ? true : unknown extends T ? true : false
