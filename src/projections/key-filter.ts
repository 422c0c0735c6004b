/**
 * A set of keys that forgets what they are (a Bloom filter): what it denies was never added; what it affirms was, almost
 * certainly, up to some million keys, and less and less so beyond. It never takes more memory than at the beginning.
 */

/** Of bits: 2 MiB. A million keys leave one in 500 others in doubt, five million every fourth. */
const SIZE = 2 ** 24
/** Bits that a key sets. */
const BITS_OF_KEY = 4

export class KeyFilter {
  readonly #words = new Uint32Array(SIZE / 32)

  add(key: string): void {
    const [first, step] = hashesOf(key)
    for (let n = 0; n < BITS_OF_KEY; n++) {
      const bit = ((first + n * step) >>> 0) % SIZE
      this.#words[bit >>> 5] = (this.#words[bit >>> 5] ?? 0) | (1 << (bit & 31))
    }
  }

  /** False only for a key that was never added. */
  mayHave(key: string): boolean {
    const [first, step] = hashesOf(key)
    for (let n = 0; n < BITS_OF_KEY; n++) {
      const bit = ((first + n * step) >>> 0) % SIZE
      if (((this.#words[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false
    }
    return true
  }
}

/** FNV-1a, and the same from another beginning, each mixed at the end. */
function hashesOf(key: string): readonly [number, number] {
  let one = 0x811c9dc5
  let other = 0x9747b28c
  for (let at = 0; at < key.length; at++) {
    const unit = key.charCodeAt(at)
    one = Math.imul(one ^ unit, 0x01000193)
    other = Math.imul(other ^ unit, 0x5bd1e995)
  }
  return [mix(one), mix(other) | 1]
}

function mix(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return twice ^ (twice >>> 16)
}
