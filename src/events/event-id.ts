import { randomFillSync } from 'node:crypto'

/**
 * Event ids are UUIDs of version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then random bits, of
 * which the first twelve count up within a millisecond. Ids of one process sort in the order of their making,
 * so that the index on them grows at its end.
 */
export function newEventId(): string {
  const now = Date.now()
  if (now > lastMs) {
    lastMs = now
    counter = 0
  } else if (++counter > MAX_COUNTER) {
    lastMs++
    counter = 0
  }
  const time = lastMs.toString(16).padStart(12, '0')
  const count = counter.toString(16).padStart(3, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${randomTail()}`
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Is this a UUID in its canonical, lower-case form? */
export function isEventId(id: unknown): id is string {
  return typeof id === 'string' && UUID.test(id)
}

const MAX_COUNTER = 0xfff
let lastMs = 0
let counter = 0

// Random bytes are drawn many at a time: a call for each id costs more than all the rest.
const POOL_BYTES = 4096
const pool = Buffer.alloc(POOL_BYTES)
let used = POOL_BYTES

function randomTail(): string {
  if (used === POOL_BYTES) {
    randomFillSync(pool)
    used = 0
  }
  pool[used] = ((pool[used] ?? 0) & 0x3f) | 0x80
  const hex = pool.toString('hex', used, used + 8)
  used += 8
  return `${hex.slice(0, 4)}-${hex.slice(4)}`
}
