/**
 * The latest time of a log that this process has seen. Each append carries it: what is written by somebody who knows of
 * an event is never earlier than that event, also when another server with a slower clock has become the leader.
 */
export class Clock {
  #latestMs = 0

  get latestMs(): number {
    return this.#latestMs
  }

  saw(timeMs: number): void {
    if (timeMs > this.#latestMs) this.#latestMs = timeMs
  }
}
