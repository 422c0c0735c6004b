/**
 * How the work of folding a read model is shared out. A share is a part of the *keys*: all events of a key are folded by
 * one share, in order.
 *
 * - By `stream`, where each key is its event's own stream: the store hands a share the events of its part of the streams,
 *   and no event is read twice. That it is so is checked of every event, not believed.
 * - By `key`, for keys that are computed: to know whose an event is, one has to read it, which is most of the work. So
 *   there is one share.
 */
import type { RecordedEvent } from '../../events/index.ts'
import type { Partition } from '../../store/index.ts'

export type Sharing =
  | { readonly by: 'key' }
  /** The key is the stream's name, or the id of a stream of this one category. */
  | { readonly by: 'stream'; readonly category: string | null }

export const BY_KEY: Sharing = { by: 'key' }

/** What these first events of a read model allow; the rest of the log is held to it by `isOwnStream`. */
export function toSharing(events: readonly KeyedEvent[]): Sharing {
  const [first] = events
  if (first === undefined) return BY_KEY
  const candidates: readonly Sharing[] = [
    { by: 'stream', category: first.event.stream.category },
    { by: 'stream', category: null },
  ]
  return candidates.find((each) => events.every((keyed) => isShared(each, keyed))) ?? BY_KEY
}

export interface KeyedEvent {
  readonly event: RecordedEvent
  readonly keys: readonly string[]
}

/** False when an event has a key that is not its own stream: then its key's events may be in another share. */
export function isShared(sharing: Sharing, { event, keys }: KeyedEvent): boolean {
  if (sharing.by === 'key') return true
  const { name, category, id } = event.stream
  if (sharing.category === null) return keys.every((key) => key === name)
  return keys.every((key) => key === id) && (category === sharing.category || keys.length === 0)
}

/** Is the key one of this share's? The same on every machine, and for ever: checkpoints of shares outlive a process. */
export function isOwnKey(key: string, { index, count }: Partition): boolean {
  return count === 1 || toShare(key, count) === index
}

/** Which of `count` shares has the key. */
export function toShare(key: string, count: number): number {
  return hashOf(key) % count
}

/** FNV-1a, mixed so that keys that differ in their last letter alone are spread too. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}
