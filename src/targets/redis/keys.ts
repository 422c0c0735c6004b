/**
 * Names of keys. All of a read model bear one tag in braces, so that a cluster keeps them on one server and a script may
 * use them together.
 */
export interface PlaceKeys {
  readonly place: string
  /** What leads the name of a generation's progress. */
  readonly progress: string
  /** What leads the name of a row's key, before its generation. */
  readonly row: string
}

export interface GenerationKeys {
  readonly place: string
  readonly progress: string
  readonly quarantine: string
  /** Of the rows that are there: a sorted set, all of one score, which is to say in the order of their bytes. */
  readonly keys: string
  /** Of the rows that are deleted. */
  readonly gone: string
  /** What leads the name of a row's key. */
  readonly row: string
}

export function toPlaceKeys(prefix: string, log: string, readModel: string): PlaceKeys {
  const tag = toTag(log, readModel)
  return { place: `${prefix}:place:${tag}`, progress: `${prefix}:progress:${tag}:`, row: `${prefix}:row:${tag}:` }
}

export function toGenerationKeys(prefix: string, log: string, readModel: string, id: number): GenerationKeys {
  const tag = toTag(log, readModel)
  const { place, progress, row } = toPlaceKeys(prefix, log, readModel)
  return {
    place,
    progress: `${progress}${id}`,
    quarantine: `${prefix}:quarantine:${tag}:${id}`,
    keys: `${prefix}:keys:${tag}:${id}`,
    gone: `${prefix}:gone:${tag}:${id}`,
    row: `${row}${id}:`,
  }
}

/** Escaped, so that the tag ends where it should, and no two are the same. */
function toTag(...names: readonly string[]): string {
  return `{${names.map((name) => name.replaceAll(/[%{}|]/g, (each) => encodeURIComponent(each))).join('|')}}`
}
