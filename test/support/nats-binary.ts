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
  const found = ask(cached('nats-version')) ?? ask('nats-server')
  return found !== undefined && minorOf(found) >= OLDEST_MINOR ? found : undefined
}

/** The one without atomic batches, that `.ci/install-nats older` builds. */
export function findOlderNatsBinary(): NatsBinary | undefined {
  return ask(cached('nats-version-older'))
}

/** @param file In .ci, which says the version. */
function cached(file: string): string {
  const version = readFileSync(fileURLToPath(new URL(`../../.ci/${file}`, import.meta.url)), 'utf8').trim()
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(cache, 'daybook', 'nats-server', version, 'nats-server')
}

function minorOf({ version }: NatsBinary): number {
  return Number(version.split('.')[1])
}

function ask(path: string): NatsBinary | undefined {
  try {
    const text = execFileSync(path, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const [, version] = /\bv?(2\.\d+\.\S+)/.exec(text) ?? []
    return version === undefined ? undefined : { path, version }
  } catch {
    return undefined // Not installed.
  }
}
