/** Bytes to lines, strictly: what is not UTF-8, or has no end in sight, is refused with its line. */
import { TextDecoder } from 'node:util'
import { invalidLine } from './invalid-line.ts'

/** An event has at most 1 MiB of data and 64 KiB of metadata; in escapes each byte may take six. */
const MAX_LINE_BYTES = 8 * 1_048_576
const NEWLINE = 0x0a

export interface Line {
  /** From 1. */
  readonly number: number
  readonly text: string
}

/** Lines that hold something; a carriage return at the end, and a byte order mark at the beginning, do not count. */
export async function* toLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest: Buffer = Buffer.alloc(0)
  let number = 0
  for await (const chunk of bytes) {
    const all = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    let start = 0
    for (let end = all.indexOf(NEWLINE); end !== -1; end = all.indexOf(NEWLINE, start)) {
      const text = decode(decoder, all.subarray(start, end), ++number)
      if (text !== '') yield { number, text }
      start = end + 1
    }
    rest = all.subarray(start)
    if (rest.length > MAX_LINE_BYTES) throw invalidLine(number + 1, `is longer than ${MAX_LINE_BYTES} bytes`)
  }
  const last = decode(decoder, rest, number + 1)
  if (last !== '') yield { number: number + 1, text: last }
}

function decode(decoder: TextDecoder, bytes: Uint8Array, number: number): string {
  try {
    return decoder.decode(bytes).trim()
  } catch (cause) {
    throw invalidLine(number, 'is not UTF-8', cause)
  }
}
