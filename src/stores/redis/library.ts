/**
 * The functions that run on the server, in ./lua: how they get there, and how they are called. A server has them from
 * the first `open`; one that lost them (FUNCTION FLUSH), or is new in a cluster, gets them when it says so.
 */

import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { DaybookError } from '../../errors/index.ts'
import { ENGINE, type Lane, type Servers } from '../../redis/index.ts'
import { isMissingFunction, namingRefusal } from './failures.ts'

/** Grows with every change of ./lua that is released. */
export const LIBRARY_VERSION = 3
/** How these keep events; of those that say nothing it is 1. */
export const FORMAT = 3
const NAME = 'daybook'
/** The version where there is no library. */
const NONE = -1
/** Each uses what the ones before it define. */
const FILES = ['log', 'lists', 'search', 'record', 'append', 'import', 'read', 'keepsakes']
/** Two processes that open at once meet here; one is ahead, and the other sees it the next time. */
const MAX_ATTEMPTS = 5

/**
 * Sees to it that every server has these functions.
 * @throws `store-newer`, `migration-needed`, `not-supported`
 */
export async function installLibrary(servers: Servers): Promise<void> {
  for (let attempts = 1; ; attempts++) {
    const found = Math.min(...(await readVersions(servers)))
    if (found === LIBRARY_VERSION) return
    try {
      await servers.sendToMasters(loadCommand(found !== NONE))
    } catch (error) {
      // Another process loaded them in the meantime: the next look tells which.
      if (attempts === MAX_ATTEMPTS || !isLoadedAlready(error)) throw error
      await delay(attempts * 10)
    }
  }
}

/** By server. @throws `store-newer`, `migration-needed` */
async function readVersions(servers: Servers): Promise<number[]> {
  const list = ['FUNCTION', 'LIST', 'LIBRARYNAME', NAME, 'WITHCODE']
  const lists = await servers.sendToMasters(list).catch((error) => {
    throw isUnknownCommand(error) ? tooOld(error) : error
  })
  return lists.map((list) => readVersion(JSON.stringify(list)))
}

function readVersion(library: string): number {
  const [, version] = /local VERSION = (\d+)/.exec(library) ?? []
  if (version === undefined) return NONE
  if (Number(version) > LIBRARY_VERSION) throw storeNewer(Number(version))
  const [, format = '1'] = /local FORMAT = (\d+)/.exec(library) ?? []
  if (Number(format) !== FORMAT) throw migrationNeeded(Number(version))
  return Number(version)
}

function loadCommand(isUpgrade: boolean): string[] {
  return ['FUNCTION', 'LOAD', ...(isUpgrade ? ['REPLACE'] : []), libraryCode()]
}

export function libraryCode(version = LIBRARY_VERSION, format = FORMAT): string {
  const files = FILES.map((file) => readFileSync(new URL(`./lua/${file}.lua`, import.meta.url), 'utf8'))
  return [`#!lua name=${NAME}`, `local VERSION = ${version}`, `local FORMAT = ${format}`, ...files].join('\n')
}

function isLoadedAlready(error: unknown): boolean {
  return error instanceof Error && /already exists/.test(error.message)
}

function isUnknownCommand(error: unknown): boolean {
  return error instanceof Error && /^ERR unknown command/.test(error.message)
}

function tooOld(cause: unknown): DaybookError {
  const capability = 'functions on the server'
  const message =
    'The server does not know the command FUNCTION. Daybook needs Redis 7 or newer, with the command not taken away.'
  return new DaybookError('not-supported', message, { engine: ENGINE, capability }, { cause })
}

function storeNewer(found: number): DaybookError {
  const message =
    `The server has Daybook's functions in version ${found}, and this Daybook knows only ${LIBRARY_VERSION}: a newer ` +
    'one has installed them. Install that version of daybook here too.'
  return new DaybookError('store-newer', message, { found, known: LIBRARY_VERSION })
}

function migrationNeeded(found: number): DaybookError {
  const message =
    `The server has Daybook's functions in version ${found}, which kept events in another way than version ` +
    `${LIBRARY_VERSION} does. Copy its logs with the daybook that wrote them to another store, or, where they are not ` +
    'needed, delete the keys daybook:* and the functions (FUNCTION DELETE daybook).'
  return new DaybookError('migration-needed', message, { found, known: LIBRARY_VERSION })
}

export interface FunctionCall {
  /** Such as `append`; the server knows it as `daybook_append_3`, by the version of the library. */
  readonly name: string
  /** The one key that is declared; the function derives the others. */
  readonly key: string
  readonly values: readonly string[]
}

/** @throws `store-full`, `access-refused` */
export async function callFunction(servers: Servers, lane: Lane, call: FunctionCall): Promise<unknown> {
  try {
    return await callInstalled(servers, lane, call)
  } catch (error) {
    throw namingRefusal(error)
  }
}

async function callInstalled(servers: Servers, lane: Lane, call: FunctionCall): Promise<unknown> {
  const command = [
    lane === 'reads' ? 'FCALL_RO' : 'FCALL',
    `daybook_${call.name}_${LIBRARY_VERSION}`,
    '1',
    call.key,
    ...call.values,
  ]
  try {
    return await servers.send(lane, call.key, command)
  } catch (error) {
    if (!isMissingFunction(error)) throw error
  }
  await installLibrary(servers)
  return await servers.send(lane, call.key, command)
}
