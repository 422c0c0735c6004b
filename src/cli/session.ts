/** What every command begins with: the configuration, and the daybook that it or the command line names. */
import type { Command } from 'commander'
import type { DaybookConfig } from '../config.ts'
import type { Daybook } from '../daybook-interface.ts'
import { open } from '../open.ts'
import { type LoadedConfig, loadConfig } from './load-config.ts'
import { UsageProblem } from './usage.ts'

/** Options that every command takes. */
export interface GlobalOptions {
  readonly config?: string
  readonly url?: string
  readonly log?: string
  readonly json?: boolean
}

export interface Session extends LoadedConfig {
  readonly daybook: Daybook
  /** Results are wanted as JSON. */
  readonly json: boolean
}

/** Opens what the command works on, does the work, and closes it. */
export async function withDaybook<T>(command: Command, work: (session: Session) => Promise<T>): Promise<T> {
  const globals: GlobalOptions = command.optsWithGlobals()
  const loaded = await loadConfig(globals.config)
  const opening = open(toUrl(globals, loaded.config), toOpenOptions(globals, loaded.config))
  return await closing(opening, (daybook) => work({ ...loaded, daybook, json: globals.json ?? false }))
}

/** Does the work, and closes the daybook, whatever comes of it. */
export async function closing<T>(opening: Promise<Daybook>, work: (daybook: Daybook) => Promise<T>): Promise<T> {
  const daybook = await opening
  try {
    return await work(daybook)
  } finally {
    await daybook.close()
  }
}

function toUrl({ url }: GlobalOptions, config: DaybookConfig): string {
  const found = url ?? process.env.DAYBOOK_URL ?? config.url
  if (found !== undefined && found !== '') return found
  throw new UsageProblem('Which store? Give --url, set DAYBOOK_URL, or write a daybook.config.ts with a url.')
}

function toOpenOptions({ log }: GlobalOptions, config: DaybookConfig) {
  const { url: _url, aggregates: _aggregates, events: _events, projections: _projections, ...rest } = config
  // Who looks at what cannot be read must get to it.
  const { definitions: _definitions, ...options } = rest
  return { ...options, ...(log === undefined ? {} : { log }) }
}

/** A URL without what may be secret in it. */
export function showUrl(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//…@')
}
