/**
 * A file that is written as a whole or not at all: under a name of its own beside it, which takes its name in the end. A
 * pipe or a device has no such place, and is written as it is.
 */
import { createWriteStream, existsSync, realpathSync, renameSync, rmSync, type Stats, statSync } from 'node:fs'
import type { Writable } from 'node:stream'

export interface OutputFile {
  readonly stream: Writable
  /** What is written is whole. */
  keep(): void
  /** What is written is not: what the file held before, it holds still. */
  discard(): void
}

export function openOutputFile(name: string): OutputFile {
  const found = existsSync(name) ? statSync(name) : undefined
  if (found !== undefined && !found.isFile()) return writtenAsItIs(name)
  return writtenBeside(found === undefined ? name : realpathSync(name), found)
}

function writtenAsItIs(name: string): OutputFile {
  return { stream: createWriteStream(name), keep: () => {}, discard: () => {} }
}

function writtenBeside(name: string, found: Stats | undefined): OutputFile {
  const part = `${name}.${process.pid}.part`
  // On the disk before it takes the name: a crash of the machine must not leave an empty file in place of a whole one.
  const stream = createWriteStream(part, { flush: true, ...(found && { mode: found.mode }) })
  return {
    stream,
    keep: () => renameSync(part, name),
    discard: () => rmSync(part, { force: true }),
  }
}
