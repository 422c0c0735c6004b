/**
 * What the server keeps of an acknowledged append when it stops: read from its settings when the store is opened, said
 * as warnings of the process, each with a code of its own, and refused on request.
 */

import type { Servers } from '../../redis/index.ts'
import type { DurabilityRisk } from '../../store/index.ts'

/** Texts as CONFIG GET gives them; undefined where the server does not tell, as managed ones often do not. */
export interface Persistence {
  readonly appendonly: string | undefined
  readonly appendfsync: string | undefined
  readonly 'no-appendfsync-on-rewrite': string | undefined
  readonly 'maxmemory-policy': string | undefined
}

export const HOLDER = 'The Redis server'

const SETTINGS = ['appendonly', 'appendfsync', 'no-appendfsync-on-rewrite', 'maxmemory-policy'] as const

/** Of the server with the weakest promise, where there are several. */
export async function readPersistence(servers: Servers): Promise<readonly Persistence[]> {
  try {
    const replies = await servers.sendToMasters(['CONFIG', 'GET', ...SETTINGS])
    return replies.map((reply) => toPersistence(reply as string[]))
  } catch (error) {
    if (!isForbidden(error)) throw error
  }
  const infos = await servers.sendToMasters(['INFO', 'persistence']).catch(() => [''])
  return infos.map((info) => {
    const [, enabled = ''] = /aof_enabled:(\d)/.exec(String(info)) ?? []
    return { ...UNKNOWN, appendonly: AOF_ENABLED[enabled] }
  })
}

/** As INFO says it. */
const AOF_ENABLED: Readonly<Record<string, string>> = { 0: 'no', 1: 'yes' }

const UNKNOWN: Persistence = {
  appendonly: undefined,
  appendfsync: undefined,
  'no-appendfsync-on-rewrite': undefined,
  'maxmemory-policy': undefined,
}

function toPersistence(reply: readonly string[]): Persistence {
  const settings: Record<string, string | undefined> = { ...UNKNOWN }
  for (let place = 0; place + 1 < reply.length; place += 2) settings[reply[place] as string] = reply[place + 1]
  return settings as unknown as Persistence
}

/** The user may not ask, or the command was renamed or taken away. */
function isForbidden(error: unknown): boolean {
  return error instanceof Error && /^(NOPERM|ERR unknown (command|subcommand))/.test(error.message)
}

/** What could be lost, the gravest first; empty where nothing is. */
export function findRisks(persistence: readonly Persistence[]): DurabilityRisk[] {
  const risks = persistence.flatMap((each) => [findLossRisk(each), findEvictionRisk(each)])
  const found = risks.filter((risk) => risk !== undefined)
  return [...new Map(found.map((risk) => [risk.code, risk])).values()]
}

/** That what is acknowledged may be lost with the server, though nothing is ever deleted. */
function findLossRisk(persistence: Persistence): DurabilityRisk | undefined {
  const { appendonly, appendfsync, 'no-appendfsync-on-rewrite': notOnRewrite } = persistence
  if (appendonly === 'no') return { code: 'DAYBOOK_REDIS_APPENDONLY_NO', risk: APPENDONLY_NO }
  if (appendonly === undefined || appendfsync === undefined) return { code: 'DAYBOOK_REDIS_UNKNOWN', risk: UNTOLD }
  if (appendfsync === 'no') return { code: 'DAYBOOK_REDIS_APPENDFSYNC_NO', risk: APPENDFSYNC_NO }
  if (appendfsync !== 'always') return { code: 'DAYBOOK_REDIS_APPENDFSYNC_EVERYSEC', risk: EVERYSEC }
  if (notOnRewrite === 'yes') return { code: 'DAYBOOK_REDIS_NO_FSYNC_ON_REWRITE', risk: ON_REWRITE }
  return undefined
}

function findEvictionRisk({ 'maxmemory-policy': policy }: Persistence): DurabilityRisk | undefined {
  if (policy === undefined || policy === 'noeviction') return undefined
  const risk =
    `Its maxmemory-policy is ${policy}: when its memory is full, it deletes keys, and events with them. ` +
    'Set maxmemory-policy to noeviction.'
  return { code: 'DAYBOOK_REDIS_EVICTION', risk }
}

const APPENDONLY_NO =
  'It keeps no append-only file (appendonly no): what was appended since its last snapshot is lost when it stops. ' +
  'Set appendonly to yes, and appendfsync to always.'
const EVERYSEC =
  'It writes its append-only file to disk once a second (appendfsync everysec): when its machine stops, the last second ' +
  'of acknowledged appends is lost. Set appendfsync to always.'
const APPENDFSYNC_NO =
  'It leaves it to its operating system when the append-only file is written to disk (appendfsync no): when its machine ' +
  'stops, what was acknowledged in the last half minute may be lost. Set appendfsync to always.'
const ON_REWRITE =
  'While it rewrites its append-only file it does not wait for the disk (no-appendfsync-on-rewrite yes): what is ' +
  'acknowledged then is lost when its machine stops. Set no-appendfsync-on-rewrite to no.'
const UNTOLD =
  'It does not tell how it keeps its data (CONFIG GET is forbidden): whether an acknowledged append outlives it is ' +
  'unknown. Look at what its provider promises.'

export function warnOf({ code, risk }: DurabilityRisk): void {
  process.emitWarning(`${HOLDER} may lose acknowledged appends. ${risk}`, { type: 'DaybookWarning', code })
}
