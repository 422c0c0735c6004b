/**
 * Names of indices, aliases and documents. A read model's alias is legible where its name is made of what Elasticsearch
 * allows; any other name is shortened to that and told apart by a hash. `~` is in no alias, so what follows it is ours.
 */
import { createHash } from 'node:crypto'
import { refuse } from '../../store/index.ts'

/** The place of one read model in one log. */
export interface Place {
  readonly log: string
  readonly readModel: string
  /** What readers search. */
  readonly alias: string
  /** Names its documents in the control index. */
  readonly id: string
}

const DEFAULT_PREFIX = 'daybook'
const DEFAULT_LOG = 'main'
/** An index's name has at most 255 bytes. */
const MAX_LEGIBLE_LENGTH = 80
/** A document's id has at most 512 bytes. */
const MAX_ID_BYTES = 480

export function toPrefix(prefix = DEFAULT_PREFIX): string {
  if (!/^[a-z0-9][a-z0-9._-]{0,49}$/.test(prefix))
    refuse('prefix', 'is not 1 to 50 lower case letters, digits, "-", "_" and ".", beginning with a letter or digit')
  return prefix
}

export function toPlace(prefix: string, log: string, readModel: string): Place {
  const id = hash(JSON.stringify([log, readModel]))
  const parts = log === DEFAULT_LOG ? [readModel] : [log, readModel]
  const isLegible = log === DEFAULT_LOG && readModel === toLegible(readModel)
  const name = [prefix, ...parts.map(toLegible), ...(isLegible ? [] : [id.slice(0, 12)])].join('-')
  return { log, readModel, alias: name, id }
}

export function toControlIndex(prefix: string): string {
  return `${prefix}~control`
}

export function toIndex({ alias }: Place, generation: number): string {
  return `${alias}~${generation}`
}

/** The alias that a generation is written through, for as long as it takes writes. */
export function toOpenAlias(place: Place, generation: number): string {
  return `${toIndex(place, generation)}~open`
}

/** The id of an index that `toIndex` named; undefined for any other. */
export function toGeneration({ alias }: Place, index: string): number | undefined {
  const rest = index.startsWith(`${alias}~`) ? index.slice(alias.length + 1) : ''
  return /^\d+$/.test(rest) ? Number(rest) : undefined
}

/** The key itself where it can be. */
export function toDocumentId(key: string): string {
  if (!key.startsWith('~') && Buffer.byteLength(key) <= MAX_ID_BYTES) return key
  return `~${hash(key)}`
}

function toLegible(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]/g, '_')
    .slice(0, MAX_LEGIBLE_LENGTH)
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
