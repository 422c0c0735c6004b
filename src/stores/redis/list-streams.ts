import type { ListStreamsOptions, StreamInfo } from '../../store/index.ts'
import { headKey, streamLinesKey } from './keys.ts'
import type { RedisLogContext } from './redis-log-context.ts'

/** Lines that the server looks at in one go: less than a millisecond. */
const SCAN_SIZE = 1_000

type Versions = Map<string, number>

/**
 * By name. The server keeps no order of names, as to keep it would cost each append more than all else that finds an
 * event: whoever lists looks through all streams, and puts in order what was asked for.
 */
export async function* listStreams(context: RedisLogContext, options: ListStreamsOptions): AsyncGenerator<StreamInfo> {
  const { limit = Number.POSITIVE_INFINITY, signal } = options
  signal?.throwIfAborted()
  if (limit === 0) return
  for (const [stream, version] of await findFirst(context, options, limit)) {
    yield { stream, version }
    signal?.throwIfAborted()
  }
}

/** What goes beyond the limit is thrown away as soon as there is as much of it again, or a page. */
async function findFirst(context: RedisLogContext, options: ListStreamsOptions, limit: number): Promise<Versions> {
  let found: Versions = new Map()
  for await (const [stream, version] of scanVersions(context, options)) {
    found.set(stream, version)
    if (found.size >= limit + Math.max(limit, SCAN_SIZE)) found = takeFirst(found, limit)
  }
  return takeFirst(found, limit)
}

function takeFirst(found: Versions, limit: number): Versions {
  const names = inOrder([...found.keys()]).slice(0, limit)
  return new Map(names.map((name) => [name, found.get(name) as number]))
}

/** Only from there on the order of UTF-16 is another than that of bytes. */
const SURROGATE_OR_BEYOND = /[\ud800-\uffff]/

function inOrder(names: string[]): string[] {
  if (!names.some((name) => SURROGATE_OR_BEYOND.test(name))) return names.sort()
  return names.sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
}

/** Those after a name, of a category, in no order; a stream may come twice while its log grows. */
async function* scanVersions(
  context: RedisLogContext,
  { category, after = '', signal }: ListStreamsOptions,
): AsyncGenerator<[stream: string, version: number]> {
  const start = category === undefined ? '' : `${category}-`
  const afterBytes = Buffer.from(after)
  for (let cursor = '0'; ; ) {
    signal?.throwIfAborted()
    const command = ['HSCAN', streamLinesKey(context.log), cursor, 'COUNT', String(SCAN_SIZE)]
    const [next, lines] = (await context.command(headKey(context.log), command)) as [string, string[]]
    for (let place = 0; place < lines.length; place += 2) {
      const stream = lines[place] as string
      if (!stream.startsWith(start)) continue
      if (after !== '' && Buffer.compare(Buffer.from(stream), afterBytes) <= 0) continue
      // The version, and then positions.
      yield [stream, Number.parseInt(lines[place + 1] as string, 10)]
    }
    if (next === '0') return
    cursor = next
  }
}
