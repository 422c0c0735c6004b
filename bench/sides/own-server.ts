/** Appends by several callers to servers of another kind than PostgreSQL, each on an empty one of its own. */
import { makeEvent, newStream } from '../events.ts'
import { measureRate } from '../load.ts'
import type { Context, Sample, Side } from '../row.ts'
import { withDaybook } from './daybook.ts'

type OpenEmpty = (context: Context) => Promise<AsyncDisposable & { readonly url: string }>
type Call = (n: number) => Promise<unknown>
type WithCall = (url: string, measure: (call: Call) => Promise<Sample>) => Promise<Sample>

const CALLERS = 64

/** 64 callers, on an empty server each time; `withCall` gives the call. */
export function appendsTo(open: OpenEmpty, name: string, withCall: WithCall): Side {
  return {
    name,
    measure: async (context) => {
      await using server = await open(context)
      return await withCall(server.url, (call) => {
        let n = 0
        // Such servers take no statistics and make no checkpoints.
        const database = { settle: async () => {} }
        return measureRate({ context, database, callers: CALLERS, call: () => call(n++) })
      })
    },
  }
}

export function daybookAppendsTo(open: OpenEmpty): Side {
  return appendsTo(open, 'daybook', (url, measure) =>
    withDaybook(url, (daybook) =>
      measure((n) => daybook.append(newStream(), makeEvent(n), { expectedVersion: 'none' })),
    ),
  )
}
