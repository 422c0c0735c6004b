/** What the processes of reactors.pg.test.ts react to. */
import { effect, event, reactor } from 'daybook'
import { z } from 'zod'

export const Counted = event('Counted', z.object({ n: z.int() }))
const Count = effect('Count', z.object({ n: z.int() }))

export const counting = reactor('counting', { events: [Counted], effects: [Count] }).on({
  Counted: ({ n }) => Count({ n }),
})
