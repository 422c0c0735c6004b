import type { Partition } from './port.ts'

/** Is the stream in this share of its log? For engines that have no hash of their own to share out by. */
export function isInPartition(stream: string, { index, count }: Partition): boolean {
  return hash(stream) % count === index
}

/** FNV-1a, with a last mixing: its low bits alone, which a remainder looks at, are too regular for short names. */
function hash(text: string): number {
  let mixed = 0x811c9dc5
  for (let index = 0; index < text.length; index++) mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x01000193)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  return (mixed ^ (mixed >>> 13)) >>> 0
}
