/**
 * The NATS of a test run: the servers that `DAYBOOK_TEST_NATS` names, or else some of its own for each test file, by the
 * nats-server that `.ci/install-nats` built. The run's first lines say which.
 */
import { connect } from '@nats-io/transport-node'
import type { TestProject } from 'vitest/node'
import { findNatsBinary, findOlderNatsBinary } from './nats-binary.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of the servers that were given; `own` where each test file starts some; null where there are none. */
    nats: string | null
    /** Whether `startNats` can work here. */
    canStartNats: boolean
    /** Whether it can with `isOlder`. */
    canStartOlderNats: boolean
  }
}

export async function setUpNats(project: TestProject): Promise<undefined> {
  const binary = findNatsBinary()
  project.provide('canStartNats', binary !== undefined)
  setUpOlderNats(project)
  const given = process.env.DAYBOOK_TEST_NATS
  if (given !== undefined && given !== '') {
    console.log(`NATS ${await askVersion(given)} (DAYBOOK_TEST_NATS)`)
    project.provide('nats', given)
  } else if (binary !== undefined) {
    console.log(`NATS ${binary.version} from ${binary.path}, servers of its own for each test file that needs them`)
    project.provide('nats', 'own')
  } else {
    announceNone()
    project.provide('nats', null)
  }
}

function setUpOlderNats(project: TestProject): void {
  const older = findOlderNatsBinary()
  project.provide('canStartOlderNats', older !== undefined)
  if (older !== undefined) return
  const skipped =
    'NO OLDER NATS: the conformance of servers without atomic batches IS SKIPPED. Run .ci/install-nats older.'
  if (process.env.CI === 'true') throw new Error(skipped)
  console.warn(skipped)
}

async function askVersion(url: string): Promise<string> {
  const [, user, pass, servers = ''] = /^nats:\/\/(?:([^:@/]*):([^@/]*)@)?([^/?]+)/.exec(url) ?? []
  const client = await connect({ servers: servers.split(','), ...(user && pass ? { user, pass } : {}) })
  const { version, host, port } = client.info ?? {}
  await client.close()
  return `${version} at ${host}:${port}`
}

function announceNone(): void {
  const skipped = 'NO NATS: every test that needs one (*.nats.test.ts) IS SKIPPED.'
  const remedy =
    'Run .ci/install-nats, which builds a server from the Go module proxy, or set DAYBOOK_TEST_NATS to a URL.'
  if (process.env.CI === 'true') throw new Error(`${skipped} ${remedy}`)
  console.warn(`\n${skipped}\n${remedy}\n`)
}
