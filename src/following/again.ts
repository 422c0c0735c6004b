import { setTimeout as delay } from 'node:timers/promises'
import { isDaybookError } from '../errors/index.ts'

/** A connection that is lost is made again by the next call, unless the server is down. */
const ATTEMPTS = 4
const LONGEST_PAUSE_MS = 50

/** Asks again what changes nothing, where the connection was lost: to begin everything again costs more. */
export async function again<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask()
    } catch (error) {
      if (attempt === ATTEMPTS || !isDaybookError(error, 'connection-lost')) throw error
    }
    await delay(Math.random() * LONGEST_PAUSE_MS)
  }
}
