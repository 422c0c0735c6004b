/** What every command begins with: the configuration, and the daybook that it or the command line names. */
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import type { DaybookConfig } from '../config.ts'
import type { Daybook } from '../daybook-interface.ts'
import { isStoreUrl, open } from '../open.ts'
import { isSqlStore, toFolder } from '../store/index.ts'
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

/**
 * Opens what the command works on, does the work, and closes it. A folder or a log that was named and is not there is a
 * slip, unless it `mayBegin`.
 */
export async function withDaybook<T>(
  command: Command,
  work: (session: Session) => Promise<T>,
  { mayBegin = false } = {},
): Promise<T> {
  const globals: GlobalOptions = command.optsWithGlobals()
  const loaded = await loadConfig(globals.config)
  const url = toUrl(globals, loaded.config)
  if (!mayBegin) assertThere(url)
  const opening = open(url, toOpenOptions(globals, loaded.config))
  return await closing(opening, async (daybook) => {
    if (!mayBegin && globals.log !== undefined) await assertBegun(daybook)
    return await work({ ...loaded, daybook, json: globals.json ?? false })
  })
}

/** A log comes to be with its first event. */
export async function assertBegun(daybook: Daybook): Promise<void> {
  if ((await daybook.head()) > 0) return
  const { name, store } = daybook
  const logs = isSqlStore(store) ? await store.logs() : []
  const others = logs.length === 0 ? '' : ` There are: ${logs.slice(0, SHOWN_LOGS).join(', ')}`
  const more = logs.length > SHOWN_LOGS ? `, and ${logs.length - SHOWN_LOGS} more` : ''
  throw new UsageProblem(`The store has no log ${name}: no event was ever recorded in it.${others}${more}`)
}

/** There may be one for each tenant. */
const SHOWN_LOGS = 20

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
  const { reactors: _reactors, definitions: _definitions, ...options } = rest
  return { ...options, ...(log === undefined ? {} : { log }) }
}

/** To open a folder is to make it: a command that only reads must not do so for a misspelt one. */
export function assertThere(url: string): void {
  if (!url.startsWith('file:')) return
  const folder = toFolder(url)
  if (folder !== '' && !existsSync(folder))
    throw new UsageProblem(`There is no folder ${folder}, and so no store in it.`)
}

/** An argument is a file; a store’s URL in its place would become the name of one. */
export function assertNoUrl(file: string | undefined): void {
  if (file === undefined || !isStoreUrl(file)) return
  throw new UsageProblem(`${showUrl(file)} is the URL of a store: give it as --url. The argument is a file of events.`)
}

/** A URL without what may be secret in it. */
export function showUrl(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//…@')
}
