import type { ListStreamsOptions, StreamInfo } from '../../store/index.ts'
import { headKey } from './keys.ts'
import type { RedisLogContext } from './redis-log-context.ts'

const PAGE_SIZE = 1_000

/** By name. The streams of a category are those between `category-` and `category.`, the hyphen's next character. */
export async function* listStreams(
  context: RedisLogContext,
  { category, after = '', limit = Number.POSITIVE_INFINITY, signal }: ListStreamsOptions,
): AsyncGenerator<StreamInfo> {
  const start = category === undefined ? '' : `${category}-`
  const end = category === undefined ? '' : `${category}.`
  let last = Buffer.compare(Buffer.from(after), Buffer.from(start)) > 0 ? after : start
  let remaining = limit
  while (remaining > 0) {
    signal?.throwIfAborted()
    const size = Math.min(PAGE_SIZE, remaining)
    const values = [last, end, String(size)]
    const reply = (await context.read({ name: 'list_streams', key: headKey(context.log), values })) as [
      string,
      number,
    ][]
    for (const [stream, version] of reply) {
      last = stream
      yield { stream, version }
      signal?.throwIfAborted()
    }
    remaining -= reply.length
    if (reply.length < size) return
  }
}
