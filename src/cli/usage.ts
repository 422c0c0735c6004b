import { InvalidArgumentError } from 'commander'

/** A command line that cannot be followed: the exit code is 2. */
export class UsageProblem extends Error {
  override readonly name = 'UsageProblem'
}

/** A file that cannot be read or written: the exit code is 1. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem'
}

/** Parses an option that is a whole number, for `option(flags, text, wholeNumber(1))`. */
export function wholeNumber(lowest: number, highest = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
    if (value >= lowest && value <= highest) return value
    const range = highest === Number.MAX_SAFE_INTEGER ? `from ${lowest} on` : `from ${lowest} to ${highest}`
    throw new InvalidArgumentError(`Expected a whole number ${range}.`)
  }
}
