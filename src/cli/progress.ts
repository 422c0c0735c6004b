import { Presets, SingleBar } from 'cli-progress'

export interface ProgressBar {
  /** How much is done, of the total. */
  update(done: number): void
  /** Work turned out to be more, or less. */
  setTotal(total: number): void
  stop(): void
}

/** Often enough to see that it lives, seldom enough for a log. */
const LINE_INTERVAL_MS = 5_000

export function showProgress(unit: string, total: number, output: NodeJS.WriteStream): ProgressBar {
  return output.isTTY ? showBar(unit, total, output) : showLines(unit, total, output)
}

function showBar(unit: string, total: number, output: NodeJS.WriteStream): ProgressBar {
  const format = `{bar} {percentage}%  {value} of {total} ${unit}, {rate} a second, {eta_formatted} left`
  const bar = new SingleBar({ format, etaBuffer: 100, hideCursor: true, stream: output }, Presets.shades_grey)
  const toRate = rateFrom()
  bar.start(total, 0, { rate: 0 })
  return {
    update: (done) => bar.update(done, { rate: toRate(done) }),
    setTotal: (newTotal) => bar.setTotal(newTotal),
    stop: () => bar.stop(),
  }
}

function showLines(unit: string, total: number, output: NodeJS.WriteStream): ProgressBar {
  const toRate = rateFrom()
  let [done, all] = [0, total]
  const print = () => {
    const rate = toRate(done)
    const left = rate === 0 ? '' : `, about ${Math.ceil((all - done) / rate)} s left`
    output.write(`${done} of ${all} ${unit}, ${rate} a second${left}\n`)
  }
  const timer = setInterval(print, LINE_INTERVAL_MS)
  timer.unref()
  return {
    update: (newDone) => {
      done = newDone
    },
    setTotal: (newTotal) => {
      all = newTotal
    },
    stop: () => clearInterval(timer),
  }
}

function rateFrom(): (done: number) => number {
  const started = performance.now()
  return (done) => Math.round((done * 1_000) / Math.max(1, performance.now() - started))
}
