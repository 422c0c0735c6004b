/** `daybook projections`, as processes of their own, with a configuration in TypeScript. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isSqlStore, open } from 'daybook'
import { Random } from 'daybook/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectedLevels, levelsIn, levelsOf, moveSome, query } from '../rebuilding/levels.ts'
import { byProduct, byWarehouse, expectedRows, rowsOf, stockHistory } from '../rebuilding/stock.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { runCli, startCli } from './run-cli.ts'

const EVENTS = 20_000
/** Beside the tests, so that it finds the same packages as they do. */
const folder = mkdtempSync(join(import.meta.dirname, 'projections-'))
const config = join(folder, 'daybook.config.ts')

describeOnPostgres('daybook projections', { timeout: 120_000 }, () => {
  const database = useTestDatabase()
  const run = (...args: string[]) =>
    runCli(['--config', config, '--url', database.url, '--json', 'projections', ...args])

  beforeAll(async () => {
    writeFileSync(
      config,
      `import { byProduct, byWarehouse } from '../../rebuilding/stock.ts'
       export default { projections: [byProduct, byWarehouse] }`,
    )
    await using daybook = await open(database.url)
    await daybook.import(stockHistory({ random: new Random(7), events: EVENTS, products: 900, warehouses: 30 }))
    await daybook.project(byProduct, { follow: false })
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('lists what there is and what it has come to, and says all of one', async () => {
    const [listed, status, unknown] = await Promise.all([
      run('list'),
      runCli(['--config', config, '--url', database.url, 'projections', 'status', 'by-product']),
      run('status', 'by-nobody'),
    ])
    expect(listed.code, listed.stderr).toBe(0)
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { name: 'by-product', checkpoint: EVENTS, definition: 'current', quarantined: 0 },
      { name: 'by-warehouse', state: 'none', checkpoint: 0, definition: 'none' },
    ])
    expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining('generation 1: live') })
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('It has: by-product, by-warehouse') })
  })

  test('rebuilds, verifies, and rolls back', async () => {
    const verified = await run('rebuild', 'by-product', '--verify-only', '--workers', '2')
    expect(verified.code, verified.stderr).toBe(0)
    expect(JSON.parse(verified.stdout)).toMatchObject({ status: 'verified', comparison: { isEqual: true } })
    const swapped = await run('rebuild', 'by-product')
    expect(JSON.parse(swapped.stdout)).toMatchObject({ status: 'swapped', generation: 2, resumed: true })
    const back = await run('rollback', 'by-product')
    expect(back.code, back.stderr).toBe(0)
    expect(JSON.parse(back.stdout)).toMatchObject({ generation: 1 })
  })

  test('rebuilds tables of one’s own, and says what is not for them', async () => {
    const own = join(folder, 'levels.config.ts')
    writeFileSync(
      own,
      `import { levelsOf } from '../../rebuilding/levels.ts'
       export default { log: 'levels', projections: [levelsOf('levels')] }`,
    )
    await using daybook = await open(database.url, { log: 'levels' })
    await moveSome(daybook, new Random(7), 200)
    await daybook.project(levelsOf('levels'), { follow: false })
    await query(daybook, 'update levels set pieces = -77')
    const run = (command: string, ...args: string[]) =>
      runCli(['--config', own, '--url', database.url, 'projections', command, 'levels', ...args])
    const refused = await run('rebuild', '--if-equal')
    expect(refused, refused.stderr).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^levels: .* they differ$/m),
    })
    expect(refused.stdout).toMatch(/^levels_moves: 200 rows, the same$/m)
    expect(await run('rebuild')).toMatchObject({ code: 0, stdout: expect.stringContaining('is live now') })
    expect(await levelsIn(daybook, { name: 'levels' })).toEqual(await expectedLevels(daybook))
    expect(await run('rollback')).toMatchObject({ code: 0, stdout: expect.stringContaining('generation 1 is live') })
    expect(await query(daybook, 'select distinct pieces from levels')).toEqual([{ pieces: -77 }])
    expect(await run('reconcile')).toMatchObject({ code: 2, stderr: expect.stringContaining('--verify-only') })
    expect(await run('rebuild', '--workers', '2')).toMatchObject({ code: 2 })
  })

  test('stopped by Ctrl-C, says how to go on, and goes on', async () => {
    const { process, ended } = startCli([
      '--config',
      config,
      '--url',
      database.url,
      'projections',
      'rebuild',
      'by-warehouse',
    ])
    let said = ''
    process.stderr?.on('data', (text) => {
      said += text
      if (said.includes('folding')) process.kill('SIGINT')
    })
    const stopped = await ended
    expect(stopped).toMatchObject({ code: 130, stderr: expect.stringContaining('Give the same command again') })
    const rebuilt = await run('rebuild', 'by-warehouse')
    expect(rebuilt.code, rebuilt.stderr).toBe(0)
    expect(JSON.parse(rebuilt.stdout)).toMatchObject({ status: 'swapped', resumed: true })
    await using daybook = await open(database.url)
    expect(await rowsOf(daybook, byWarehouse)).toEqual(expectedRows('by-warehouse', await daybook.read().toArray()))
  })

  test('finds drift, fails for it, and puts it right', async () => {
    await using daybook = await open(database.url)
    if (!isSqlStore(daybook.store)) throw new Error('It is on PostgreSQL.')
    const live = (await daybook.generations(byProduct)).find(({ state }) => state === 'live')
    const table = `daybook_read_models."by-product~${live?.id}"`
    await daybook.store.database.transaction((client) =>
      client.query(`delete from ${table} where key in (select key from ${table} order by key limit 3)`),
    )
    const found = await run('reconcile', 'by-product', '--sample', 'all')
    expect(found).toMatchObject({ code: 1, stdout: expect.stringContaining('"drifted":3') })
    expect(await run('reconcile', 'by-product', '--sample', 'all', '--repair')).toMatchObject({ code: 0 })
    expect(await run('reconcile', 'by-product', '--sample', 'all')).toMatchObject({ code: 0 })
    expect(await run('reconcile', 'by-product', '--sample', 'some')).toMatchObject({ code: 2 })
  })

  test('lists keys that wait, and retries and skips them', async () => {
    await using daybook = await open(database.url)
    const broken = { ...byProduct, apply: (row: unknown, event: never) => refuseOne(row, event) }
    await using projection = await daybook.project(broken as typeof byProduct, { onQuarantine: () => {} })
    const { position } = await daybook.append('product-bad', { type: 'Received', data: { warehouse: 'w', pieces: 1 } })
    await projection.reached(position)
    await projection.stop()
    const listed = await run('quarantine', 'list')
    expect(listed.code, listed.stderr).toBe(0)
    expect(JSON.parse(listed.stdout)).toMatchObject([{ projection: 'by-product', key: 'bad', position, waiting: 1 }])
    expect(await run('status', 'by-product')).toMatchObject({ code: 1 })
    expect(await run('quarantine', 'retry', 'by-product', 'good')).toMatchObject({ code: 1 })
    const retried = await run('quarantine', 'retry', 'by-product', 'bad')
    expect(retried.code, retried.stderr).toBe(0)
    expect(JSON.parse((await run('quarantine', 'list', 'by-product')).stdout)).toEqual([])
    expect(await rowsOf(daybook, byProduct)).toMatchObject({ bad: { pieces: 1 } })
  })

  function refuseOne(row: unknown, event: { stream: { id: string } }) {
    if (event.stream.id === 'bad') throw new Error('Not this one.')
    return byProduct.apply(row as never, event as never)
  }
})
