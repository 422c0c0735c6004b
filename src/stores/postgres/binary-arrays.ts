/**
 * PostgreSQL's arrays in binary form (its source: `array_send` in src/backend/utils/adt/arrayfuncs.c): the number of
 * dimensions, whether there are nulls, the element's type, then for each dimension its length and first index, then
 * each element as its length (-1 for null) and bytes; every number a big-endian int32. JSON in a text array would be
 * escaped here and unescaped there; in this form it is only copied.
 */

const JSON_OID = 114
const JSONB_OID = 3802
const TEXT_OID = 25
const UUID_OID = 2950
const INT2_OID = 21
const INT4_OID = 23
const INT8_OID = 20

/** What a driver must pass through untouched: the types of the arrays made here. */
export const ARRAY_OIDS: readonly number[] = [199, 3807, 1009, 2951, 1005, 1007, 1016]

const EMPTY_HEADER_BYTES = 12
const HEADER_BYTES = 20
const LENGTH_BYTES = 4

export function textArray(items: readonly (string | null)[]): Buffer {
  return encodeTexts(items, TEXT_OID)
}

export function jsonArray(items: readonly (string | null)[]): Buffer {
  return encodeTexts(items, JSON_OID)
}

/** The binary form of jsonb is a version byte, 1, and its text. */
export function jsonbArray(items: readonly (string | null)[]): Buffer {
  return encodeTexts(
    items.map((item) => item && `\u0001${item}`),
    JSONB_OID,
  )
}

export function int4Array(items: readonly number[]): Buffer {
  return encodeFixed(items, INT4_OID, 4, (buffer, item, at) => buffer.writeInt32BE(item, at))
}

export function int2Array(items: readonly number[]): Buffer {
  return encodeFixed(items, INT2_OID, 2, (buffer, item, at) => buffer.writeInt16BE(item, at))
}

export function int8Array(items: readonly number[]): Buffer {
  return encodeFixed(items, INT8_OID, 8, (buffer, item, at) => buffer.writeBigInt64BE(BigInt(item), at))
}

/** Written as one text of hexadecimal digits: a call into the buffer for each id costs more than all the rest. */
export function uuidArray(items: readonly (string | null)[]): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES)
  const hex = items.map((item) => (item === null ? 'ffffffff' : `00000010${item}`)).join('')
  const at = writeHeader(header, items.length, UUID_OID)
  return Buffer.concat([header.subarray(0, at), Buffer.from(hex.replaceAll('-', ''), 'hex')])
}

function encodeFixed(
  items: readonly number[],
  oid: number,
  width: number,
  write: (buffer: Buffer, item: number, at: number) => void,
): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + items.length * (LENGTH_BYTES + width))
  let at = writeHeader(buffer, items.length, oid)
  for (const item of items) {
    at = buffer.writeInt32BE(width, at)
    write(buffer, item, at)
    at += width
  }
  return buffer.subarray(0, at)
}

function encodeTexts(items: readonly (string | null)[], oid: number): Buffer {
  // A UTF-16 unit is at most three bytes of UTF-8.
  const bound = items.reduce((sum, item) => sum + LENGTH_BYTES + 3 * (item?.length ?? 0), HEADER_BYTES)
  const buffer = Buffer.allocUnsafe(bound)
  let at = writeHeader(buffer, items.length, oid)
  for (const item of items) {
    const length = item === null ? -1 : buffer.write(item, at + LENGTH_BYTES, 'utf8')
    at = buffer.writeInt32BE(length, at)
    if (length > 0) at += length
  }
  return buffer.subarray(0, at)
}

/** Returns where the elements begin. */
function writeHeader(buffer: Buffer, length: number, oid: number): number {
  buffer.writeInt32BE(length === 0 ? 0 : 1, 0)
  buffer.writeInt32BE(1, 4)
  buffer.writeInt32BE(oid, 8)
  if (length === 0) return EMPTY_HEADER_BYTES
  buffer.writeInt32BE(length, 12)
  buffer.writeInt32BE(1, 16)
  return HEADER_BYTES
}
