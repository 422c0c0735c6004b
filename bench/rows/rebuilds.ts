/** Folding a read model anew from a whole log, on one core and on two. */
import { type AnyReadModel, isSqlStore } from '#daybook'
import type { Context, Row, Sample, Side } from '../row.ts'
import { withDaybook } from '../sides/daybook.ts'
import type { Size } from '../size.ts'
import { startChild } from './child.ts'

export const MODELS = new URL('rebuild-models.mjs', import.meta.url)

/** Of the module of models. */
type Model = 'byAccount' | 'byTeller'

/** Imported by its URL, as threads do. */
export async function importModel(model: Model): Promise<AnyReadModel> {
  const models: Readonly<Record<Model, AnyReadModel>> = await import(MODELS.href)
  return models[model]
}

function side(name: string, model: Model, workers: number): Side {
  return { name, measure: (context) => measure(context, model, workers) }
}

async function measure({ databases, size: { logEvents } }: Context, model: Model, workers: number): Promise<Sample> {
  const database = await databases.filled(logEvents)
  const readModel = await importModel(model)
  await database.settle()
  return await withDaybook(database.url, async (daybook) => {
    const start = performance.now()
    const { position } = await daybook.rebuild(readModel, {
      workers,
      definition: { module: MODELS, export: model },
    })
    const tookMs = performance.now() - start
    if (position !== logEvents) throw new Error(`Folded ${position} of ${logEvents} events.`)
    if (isSqlStore(daybook.store)) await daybook.store.database.transaction((client) => client.query(FORGET))
    return { value: (logEvents * 1_000) / tookMs }
  })
}

/** The next one begins where nothing is live. */
const FORGET = `
do $$ begin
  drop schema daybook_read_models cascade;
  delete from daybook.generations;
end $$`

function rebuilds(name: string, title: string, model: Model, size: Size): Row {
  const sides = [side('daybook, 2 workers', model, 2), side('daybook, 1 worker', model, 1)]
  const [two, one] = sides.map((each) => each.name) as [string, string]
  return {
    name,
    title: `${title}, of ${size.logEvents.toLocaleString('en-US')} events`,
    unit: 'events/s',
    sides,
    targets: [{ side: two, against: one, atLeast: 1.5 }],
    note: 'Each worker is a thread with a connection of its own; starting them is counted. Nothing is live to compare with.',
  }
}

export function rebuildsByStream(size: Size): Row {
  return rebuilds('rebuild', 'Rebuilding a read model whose keys are streams', 'byAccount', size)
}

export function rebuildsByKey(size: Size): Row {
  const { targets: _, ...row } = rebuilds(
    'rebuild-computed-keys',
    'The same where its keys are computed',
    'byTeller',
    size,
  )
  return { ...row, targets: [] }
}

/** The most that the process weighed. */
export interface RebuildMemoryMessage {
  readonly mostMB: number
}

const weighed: Side = {
  name: 'daybook',
  measure: async ({ databases, size: { logEvents } }) => {
    const database = await databases.filled(logEvents)
    await using child = startChild<RebuildMemoryMessage>(new URL('rebuild-child.ts', import.meta.url), database.url)
    const { mostMB } = await child.receive()
    return { value: mostMB }
  },
}

export function rebuildMemory({ logEvents }: Size): Row {
  return {
    name: 'rebuild-memory',
    title: `Memory of a process that rebuilds from a log of ${logEvents.toLocaleString('en-US')} events on 2 workers`,
    unit: 'MB',
    sides: [weighed],
    targets: [{ side: weighed.name, atMost: 300 }],
    note: 'The most resident memory, of all threads together.',
  }
}
