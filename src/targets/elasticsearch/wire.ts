/**
 * The HTTP API of Elasticsearch and OpenSearch, which is the same for what we ask. Every request of ours may be made
 * twice, so a lost connection, a time-out and a server that is too busy are met in one place: by asking again.
 */
import { DaybookError } from '../../errors/index.ts'
import { type Losses, refuse, retrying } from '../../store/index.ts'
import type { ElasticsearchOptions } from './options.ts'

export interface Answer {
  readonly status: number
  /** JSON, as the server has it. */
  // biome-ignore lint/suspicious/noExplicitAny: what each API answers is said where it is asked.
  readonly body: any
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With its query, and its names encoded. */
  readonly path: string
  readonly body?: object
  /** Lines of JSON, in the place of `body`. */
  readonly lines?: string
  /** Statuses of 400 or more that the caller makes something of. */
  readonly accept?: readonly number[]
  readonly signal?: AbortSignal
}

const ENGINE = 'elasticsearch'
const REQUEST_TIMEOUT_MS = 30_000
/** Too many requests; a proxy without its server; no primary shard, or no master, for now. */
const BUSY = [429, 502, 503, 504]

/** What a server says that is too busy, or not all there. */
export class Unavailable extends Error {}

export const LOSSES: Losses = {
  engine: ENGINE,
  // `fetch` says by a TypeError that the network failed, and by a TimeoutError that our patience ended.
  isTransient: (error) =>
    error instanceof Unavailable || error instanceof TypeError || (error as Error | null)?.name === 'TimeoutError',
}

const NEVER = new AbortController().signal

export class Wire {
  readonly #origin: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #timeoutMs: number
  readonly #fetch: typeof fetch

  constructor(options: ElasticsearchOptions) {
    const url = toUrl(options.url)
    this.#headers = { ...toAuthorization(url, options.apiKey), ...options.headers }
    this.#origin = `${url.origin}${url.pathname.replace(/\/+$/, '')}`
    this.#timeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS
    this.#fetch = options.fetch ?? fetch
  }

  /**
   * Asks until there is an answer.
   * @throws `connection-lost` when none comes in time; `target-refused` for a status of 400 or more that is not accepted
   */
  async call(call: Call): Promise<Answer> {
    return await retrying(LOSSES, () => this.#ask(call), call.signal ?? NEVER)
  }

  async #ask({ method, path, body, lines, accept = [], signal }: Call): Promise<Answer> {
    const timeout = AbortSignal.timeout(this.#timeoutMs)
    const response = await this.#fetch(`${this.#origin}${path}`, {
      method,
      headers: { ...this.#headers, 'content-type': lines === undefined ? 'application/json' : 'application/x-ndjson' },
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      ...toBody(body, lines),
    })
    const text = await response.text()
    const { status } = response
    if (BUSY.includes(status)) throw new Unavailable(`${method} ${withoutQuery(path)}: ${status} ${toReason(text)}`)
    if (status >= 400 && !accept.includes(status)) throw refused(`${method} ${withoutQuery(path)}`, status, text)
    return { status, body: text === '' ? {} : JSON.parse(text) }
  }
}

function toBody(body: object | undefined, lines: string | undefined): { body?: string } {
  if (lines !== undefined) return { body: lines }
  return body === undefined ? {} : { body: JSON.stringify(body) }
}

function toUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) refuse('url', 'is not an http:// or https:// URL')
  return url
}

function toAuthorization(url: URL, apiKey: string | undefined): Record<string, string> {
  if (apiKey !== undefined) return { authorization: `ApiKey ${apiKey}` }
  if (url.username === '') return {}
  const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return { authorization: `Basic ${Buffer.from(user).toString('base64')}` }
}

function withoutQuery(path: string): string {
  return path.replace(/\?.*/, '')
}

/** What was asked holds names alone; rows and credentials are no part of the message. */
export function refused(asked: string, status: number, text: string): DaybookError {
  const reason = toReason(text)
  const message =
    `Elasticsearch refused ${asked} with status ${status}: ${reason}. ` +
    'Correct what it names: rights of the user, mappings, settings or the query.'
  return new DaybookError('target-refused', message, { target: ENGINE, status, reason })
}

/** The innermost cause is the one that helps. */
function toReason(text: string): string {
  try {
    const { error } = JSON.parse(text)
    return typeof error === 'string' ? error : describeFailure(error)
  } catch {
    return text.slice(0, 200) || 'no reason given'
  }
}

interface Failure {
  readonly type?: string
  readonly reason?: string
  readonly caused_by?: Failure
}

/** Without what it quotes of a row: that is not for messages and logs. */
export function describeFailure({ type, reason = '', caused_by: cause }: Failure): string {
  const [own = '', preview] = reason.split(/ ?Preview of field's value: /)
  const named = [type, own].filter(Boolean).join(': ')
  // Where the value is quoted, the cause quotes it too.
  return preview !== undefined || cause?.reason === undefined ? named : `${named} (${cause.reason})`
}
