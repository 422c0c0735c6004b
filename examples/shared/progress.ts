/** Progress for people: a bar with rate and time left on a terminal, a plain line now and then in a pipe or a log. */
import { Presets, SingleBar } from 'cli-progress'

export interface Progress {
  advance(): void
  stop(): void
}

/** Often enough to see that it lives, seldom enough for a log. */
const LINE_INTERVAL_MS = 5_000

/** @param what What is counted, such as `bookings`. */
export function showProgress(total: number, what: string, output: NodeJS.WriteStream = process.stdout): Progress {
  return output.isTTY ? showBar(total, what) : showLines(total, what, output)
}

function showBar(total: number, what: string): Progress {
  const format = `{bar} {percentage}%  {value} of {total} ${what}, {rate} a second, {eta_formatted} left`
  // The time left rests on the latest thousand: the first ones are slower.
  const bar = new SingleBar({ format, etaBuffer: 1_000, hideCursor: true, stream: process.stdout }, Presets.shades_grey)
  const started = performance.now()
  let done = 0
  bar.start(total, 0, { rate: 0 })
  return {
    advance: () => bar.update(++done, { rate: toRate(done, started) }),
    stop: () => bar.stop(),
  }
}

function showLines(total: number, what: string, output: NodeJS.WriteStream): Progress {
  const started = performance.now()
  let done = 0
  const print = () => {
    const rate = toRate(done, started)
    const left = rate === 0 ? '' : `, about ${Math.ceil((total - done) / rate)} s left`
    output.write(`${done} of ${total} ${what}, ${rate} a second${left}\n`)
  }
  const timer = setInterval(print, LINE_INTERVAL_MS)
  return {
    advance: () => done++,
    stop: () => clearInterval(timer),
  }
}

function toRate(done: number, startedMs: number): number {
  return Math.round((done * 1_000) / (performance.now() - startedMs))
}
