/**
 * Where things of a log are in JetStream. The log is one JetStream stream, and these are its subjects:
 *
 *     ROOT.e.CATEGORY.ID    the events of a stream
 *     ROOT.i.EVENT-ID       that an id which the caller gave is taken
 *     ROOT.c.COMMAND-ID     that a command happened, and its result
 *     ROOT.w                what an append looked at without writing it
 *
 * ROOT is the prefix and the log's name. Names may hold any character; a token of a subject may not. The encoding
 * leaves letters, digits and most marks as they are, and keeps the byte order of names.
 */
import { createHash } from 'node:crypto'
import { joinStreamName, toStreamName } from '../../events/index.ts'

/** A token that is looked up but never turned back into a name is not longer than this. */
const MAX_LOOKUP_TOKEN = 64

export class Subjects {
  /** The JetStream stream. */
  readonly stream: string
  readonly all: string
  /** All events. */
  readonly events: string
  /** All commands. */
  readonly commands: string
  /** What an append looked at without writing it. */
  readonly watched: string
  readonly #root: string
  readonly #firstOfName: number

  constructor(prefix: string, log: string) {
    this.stream = `${prefix}_${toLookupToken(log, toPlainToken)}`
    this.#root = `${prefix}.${toLookupToken(log, toToken)}`
    this.all = `${this.#root}.>`
    this.events = `${this.#root}.e.>`
    this.commands = `${this.#root}.c.*`
    this.watched = `${this.#root}.w`
    this.#firstOfName = this.#root.length + 3
  }

  ofStream(stream: string): string {
    const { category, id } = toStreamName(stream)
    return `${this.#root}.e.${toToken(category)}.${toToken(id)}`
  }

  ofCategory(category: string): string {
    return `${this.#root}.e.${toToken(category)}.*`
  }

  ofEventId(id: string): string {
    return `${this.#root}.i.${id}`
  }

  ofCommand(id: string): string {
    return `${this.#root}.c.${toLookupToken(id, toToken)}`
  }

  holdsEvents(subject: string): boolean {
    return subject.startsWith('e.', this.#root.length + 1)
  }

  /** The stream that a subject of events is about. */
  toStream(subject: string): string {
    const dot = subject.indexOf('.', this.#firstOfName)
    const category = fromToken(subject.slice(this.#firstOfName, dot))
    return joinStreamName(category, fromToken(subject.slice(dot + 1)))
  }
}

/**
 * What a token may not hold is written as a mark and another character, so that the order of bytes stays: the mark
 * stands directly before or after what it replaces.
 */
const ESCAPES: Readonly<Record<string, string>> = {
  ' ': '!0',
  '!': '!1',
  ')': ')0',
  '*': ')1',
  '.': '/0',
  '/': '/1',
  '=': '=0',
  '>': '=1',
}
const UNESCAPES = new Map(Object.entries(ESCAPES).map(([plain, escaped]) => [escaped, plain]))
const TO_ESCAPE = /[ !)*./=>~\x80-\xff]/g
const ESCAPED = /~[0-9a-f]{2}|[!)/=][01]/g

function toToken(name: string): string {
  if (PLAIN.test(name)) return name
  return Buffer.from(name)
    .toString('latin1')
    .replaceAll(TO_ESCAPE, (byte) => ESCAPES[byte] ?? `~${toHex(byte)}`)
}

function fromToken(token: string): string {
  if (PLAIN.test(token)) return token
  const bytes = token.replaceAll(ESCAPED, (escaped) => UNESCAPES.get(escaped) ?? fromHex(escaped.slice(1)))
  return Buffer.from(bytes, 'latin1').toString()
}

const PLAIN = /^[\w-]+$/

/** For names of JetStream streams, which are names of folders too. */
function toPlainToken(name: string): string {
  return Buffer.from(name)
    .toString('latin1')
    .replaceAll(/[^\w-]/g, (byte) => `~${toHex(byte)}`)
}

/** A hash in the place of what is long: nobody reads it, and each token takes memory of the server. */
function toLookupToken(name: string, encode: (name: string) => string): string {
  const token = encode(name)
  return token.length <= MAX_LOOKUP_TOKEN ? token : `~~${createHash('sha256').update(name).digest('hex')}`
}

function toHex(byte: string): string {
  return byte.charCodeAt(0).toString(16).padStart(2, '0')
}

function fromHex(hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16))
}
