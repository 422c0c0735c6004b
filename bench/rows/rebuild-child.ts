/** The process that rebuilds, and weighs itself: `rebuild-child.ts URL`. */
import { isSqlStore, open } from '#daybook'
import { importModel, MODELS, type RebuildMemoryMessage } from './rebuilds.ts'

const MEGABYTE = 2 ** 20
const LOOK_EVERY_MS = 20

const [url = ''] = process.argv.slice(2)
let most = 0
const scale = setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss())
}, LOOK_EVERY_MS)

const daybook = await open(url)
await daybook.rebuild(await importModel('byAccount'), {
  workers: 2,
  definition: { module: MODELS, export: 'byAccount' },
})
clearInterval(scale)
if (isSqlStore(daybook.store)) {
  await daybook.store.database.transaction((client) =>
    client.query('do $$ begin drop schema daybook_read_models cascade; delete from daybook.generations; end $$'),
  )
}
const message: RebuildMemoryMessage = { mostMB: most / MEGABYTE }
process.send?.(message)
await daybook.close()
