import type { AppendToStreamOptions } from './daybook-interface.ts'
import type { NewEvent } from './events/index.ts'
import type { AppendOptions, AppendRequest } from './store/index.ts'

/** What `daybook.append` takes: a request, or one stream's events. */
export type AppendArguments = [
  where: string | AppendRequest,
  what?: NewEvent | readonly NewEvent[] | AppendOptions,
  options?: AppendToStreamOptions,
]

/** As the port takes it. */
export function toAppend(...[where, what, options = {}]: AppendArguments): [AppendRequest, AppendOptions | undefined] {
  // The overloads of the interface tie the second argument to the first.
  if (typeof where !== 'string') return [where, what as AppendOptions | undefined]
  const { signal: _signal, transaction: _transaction, expectedVersion, ...request } = options
  const events = (Array.isArray(what) ? what : [what]) as readonly NewEvent[]
  const stream = { stream: where, events, ...(expectedVersion === undefined ? {} : { expectedVersion }) }
  return [{ ...request, streams: [stream] }, options]
}
