/** A command over one aggregate or several: decided on their states, and appended at the versions of these. */
import { catchUp, type Loaded } from '../aggregates/index.ts'
import { attempt, isVerifiedByAppend, judge } from './attempt.ts'
import type { ExecuteContext } from './context.ts'
import type { Execution } from './execution.ts'
import type { Attempting } from './retry.ts'

export function overAggregates(context: ExecuteContext, execution: Execution): Attempting {
  let loaded: Loaded<unknown>[] | undefined
  const attemptOnce = async () => {
    const recent = loaded === undefined ? findRecents(context, execution) : undefined
    loaded = recent ?? (await loadOrCatchUp(context, execution, loaded))
    let judgement = judge(execution, loaded)
    if (recent !== undefined && !isVerifiedByAppend(judgement)) {
      loaded = await loadOrCatchUp(context, execution, recent)
      judgement = judge(execution, loaded)
    }
    return await attempt({ ...context, execution, loaded }, judgement)
  }
  return { lanes: execution.participants.map(({ stream }) => stream), attempt: attemptOnce }
}

/** The participants' recent states, if there is one of each. */
function findRecents({ recents }: ExecuteContext, { participants }: Execution): Loaded<unknown>[] | undefined {
  const found = participants.map(({ definition, stream }) => recents.find(definition, stream))
  return found.every((loaded) => loaded !== undefined) ? found : undefined
}

async function loadOrCatchUp(
  { log, load, recents }: ExecuteContext,
  { participants, options: { signal } }: Execution,
  before: readonly Loaded<unknown>[] | undefined,
): Promise<Loaded<unknown>[]> {
  const all = participants.map(async ({ definition, id, stream }, place) => {
    const known = before?.[place]
    const loaded: Loaded<unknown> =
      known === undefined
        ? await load(log, definition, id, { signal })
        : await catchUp(log, definition, stream, known, signal)
    recents.keep(definition, stream, loaded)
    return loaded
  })
  return await Promise.all(all)
}
