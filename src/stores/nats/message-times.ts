/** When messages were stored. Those that are asked for while an answer is under way are asked for together. */
import type { LogStream } from './log-stream.ts'
import type { StoredMessage } from './record.ts'

/** Messages between two that are wanted are sent along: so many are cheaper than another request. */
const MAX_GAP = 4
const MAX_RUN = 500
/** Fewer are asked for one by one. */
const MIN_RUN = 3

interface Waiting {
  readonly sequence: number
  resolve(timeMs: number): void
  reject(error: unknown): void
}

export class MessageTimes {
  readonly #stream: LogStream
  readonly #at: (sequence: number) => Promise<StoredMessage>
  #waiting: Waiting[] = []
  #isAsking = false

  /** @param at Finds a message that is known to be there, also where a copy of the log lags. */
  constructor(stream: LogStream, at: (sequence: number) => Promise<StoredMessage>) {
    this.#stream = stream
    this.#at = at
  }

  ask(sequence: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ sequence, resolve, reject })
      if (!this.#isAsking) void this.#askAll()
    })
  }

  async #askAll(): Promise<void> {
    this.#isAsking = true
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting.sort((one, other) => one.sequence - other.sequence)
      this.#waiting = []
      await Promise.all(toRuns(waiting).map((run) => this.#askRun(run)))
    }
    this.#isAsking = false
  }

  async #askRun(run: readonly Waiting[]): Promise<void> {
    const found = await this.#find(run).catch(() => new Map<number, number>())
    const asking = run.map(async ({ sequence, resolve, reject }) => {
      const timeMs = found.get(sequence)
      if (timeMs !== undefined) resolve(timeMs)
      else await this.#at(sequence).then((message) => resolve(message.timeMs), reject)
    })
    await Promise.all(asking)
  }

  async #find(run: readonly Waiting[]): Promise<ReadonlyMap<number, number>> {
    const first = run[0]?.sequence ?? 0
    const last = run.at(-1)?.sequence ?? 0
    if (run.length < MIN_RUN || !this.#stream.connection.facts.hasManyGets) return new Map()
    const messages = await this.#stream.getMany({ seq: first, batch: last - first + 1 })
    return new Map(messages.map(({ sequence, timeMs }) => [sequence, timeMs]))
  }
}

function toRuns(waiting: readonly Waiting[]): Waiting[][] {
  const runs: Waiting[][] = []
  let last = Number.NEGATIVE_INFINITY
  for (const each of waiting) {
    const run = runs.at(-1)
    if (run === undefined || each.sequence - last > MAX_GAP || run.length >= MAX_RUN) runs.push([each])
    else run.push(each)
    last = each.sequence
  }
  return runs
}
