import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A port on loopback where nobody listens. Not one that the system hands out to clients: a client that tries again and again to reach a stopped server would
 * in the end be given the server's own port, connect to itself, and keep the server from coming back.
 */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  try {
    await once(probe.listen(port, '127.0.0.1'), 'listening')
    return true
  } catch {
    return false // Somebody listens there.
  } finally {
    probe.close()
  }
}
