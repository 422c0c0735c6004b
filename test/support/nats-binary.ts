/** Which nats-server the tests run: the one that `.ci/install-nats` builds, or else one on the PATH that is new enough. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface NatsBinary {
  readonly path: string
  /** Such as `2.14.8`. */
  readonly version: string
}

/** Before it there are no atomic batches. */
const OLDEST_MINOR = 12

export function findNatsBinary(): NatsBinary | undefined {
  const wanted = readFileSync(fileURLToPath(new URL('../../.ci/nats-version', import.meta.url)), 'utf8').trim()
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return ask(join(cache, 'daybook', 'nats-server', wanted, 'nats-server')) ?? ask('nats-server')
}

function ask(path: string): NatsBinary | undefined {
  try {
    const text = execFileSync(path, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const [version, minor] = /\bv?2\.(\d+)\.\S+/.exec(text) ?? []
    if (version === undefined || Number(minor) < OLDEST_MINOR) return undefined
    return { path, version: version.replace('v', '') }
  } catch {
    return undefined // Not installed.
  }
}
