/**
 * Before the first test: the servers that the run's test files need, by their suffix (`append.pg.test.ts` needs a
 * PostgreSQL), each in a module of its own. Every server that is started says so, with its version.
 */
import type { TestProject } from 'vitest/node'
import { setUpNats } from './nats-setup.ts'
import { setUpPostgres } from './postgres-setup.ts'
import { setUpRedis } from './redis-setup.ts'
import { setUpSearch } from './search-setup.ts'

type TearDown = () => Promise<void>
type SetUp = (project: TestProject) => Promise<TearDown | undefined>

/** One line for each kind of server. */
const SERVERS: readonly SetUp[] = [setUpPostgres, setUpRedis, setUpSearch, setUpNats]

export async function setup(project: TestProject): Promise<TearDown> {
  const tearDowns: (TearDown | undefined)[] = []
  const tearDown = async () => {
    for (const end of tearDowns.splice(0).reverse()) await end?.()
  }
  try {
    for (const setUp of SERVERS) tearDowns.push(await setUp(project))
    return tearDown
  } catch (error) {
    await tearDown()
    throw error
  }
}
