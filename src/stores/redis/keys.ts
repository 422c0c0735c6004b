/** The names of keys that are used from here; lua/log.lua has all of them, and the two must change together. */

/**
 * The part that all keys of a log have in common, in the braces by which Redis Cluster keeps them on one server. Braces
 * of the name's own are escaped, so that the tag ends where it should.
 */
function tagOf(log: string): string {
  return `{${log.replaceAll(/[%{}]/g, (character) => encodeURIComponent(character))}}`
}

/** What a call of a function declares. */
export function headKey(log: string): string {
  return `daybook:head:${tagOf(log)}`
}

export function eventsKey(log: string): string {
  return `daybook:events:${tagOf(log)}`
}

export function typesKey(log: string): string {
  return `daybook:types:${tagOf(log)}`
}

export function commandsKey(log: string): string {
  return `daybook:commands:${tagOf(log)}`
}

export function checkpointsKey(log: string): string {
  return `daybook:checkpoints:${tagOf(log)}`
}

/** By the name of a stream its line, of which lua/lists.lua knows what it says. */
export function streamLinesKey(log: string): string {
  return `daybook:by-stream:${tagOf(log)}`
}

export function snapshotKey(log: string, stream: string): string {
  return `daybook:snapshot:${tagOf(log)}:${stream}`
}
