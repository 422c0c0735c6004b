import { unlessAborted } from '../store/index.ts'

/**
 * Commands of this process on the same stream, one after the other: each would otherwise decide on a version that the
 * one before it is about to leave. Other processes are met by the version check alone.
 *
 * All streams of a command are queued for at once, so that no two commands wait for each other.
 */
export class Lanes {
  /** By stream: resolves when the last one in the lane has left it. */
  readonly #last = new Map<string, Promise<void>>()

  /** Does `work` when all who came before it to any of the streams are done. */
  async enter<T>(streams: readonly string[], signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const before = Promise.all(streams.map((stream) => this.#last.get(stream)))
    let leave = () => {}
    const left = new Promise<void>((resolve) => {
      leave = resolve
    })
    for (const stream of streams) this.#last.set(stream, left)
    try {
      await unlessAborted(before, signal)
      return await work()
    } finally {
      // One who gives up waiting still stands between those before it and those behind.
      void before.then(() => this.#leave(streams, left, leave))
    }
  }

  #leave(streams: readonly string[], left: Promise<void>, leave: () => void): void {
    for (const stream of streams) if (this.#last.get(stream) === left) this.#last.delete(stream)
    leave()
  }
}
