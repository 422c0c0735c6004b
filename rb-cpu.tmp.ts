import { rmSync } from 'node:fs'
import { open } from '/work/rebuild/src/index.ts'
import { history } from '/work/rebuild/bench/events.ts'
const { byAccount, byTeller } = await import('/work/rebuild/bench/rows/rebuild-models.mjs')
rmSync('/tmp/rb-cpu', { recursive: true, force: true })
const d = await open('file:/tmp/rb-cpu')
await d.import(history(100_000))
async function go(label, model, workers) {
  const m = { ...model, name: `${model.name}-${label}` }
  const c = process.cpuUsage()
  await d.rebuild(m, { workers })
  const u = process.cpuUsage(c)
  console.log(label, workers, Math.round((u.user + u.system) / 1000), 'ms CPU')
}
for (let r = 0; r < 2; r++) {
  for (const w of [1, 2, 4]) await go(`stream-${w}-${r}`, byAccount, w)
  const cheat = { ...byAccount, keysOf: (e) => [`${e.stream.id}.`] }
  for (const w of [1, 2, 4]) await go(`key-${w}-${r}`, cheat, w)
}
await d.close()
