/** What has to be known of a run to compare its figures with another's. */
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os'
import { Client } from 'pg'
import { SHOWN_SETTINGS } from './server.ts'

export interface Facts {
  readonly startedAt: string
  readonly machine: {
    readonly processor: string
    readonly cores: number
    readonly memoryGB: number
    readonly system: string
  }
  readonly node: string
  readonly server: { readonly version: string; readonly settings: Readonly<Record<string, string>> }
  /** Of the packages compared. */
  readonly packages: Readonly<Record<string, string>>
}

export async function readFacts(url: string): Promise<Facts> {
  return {
    startedAt: new Date().toISOString(),
    machine: {
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryGB: Math.round(totalmem() / 2 ** 30),
      system: `${platform()} ${release()}`,
    },
    node: process.version,
    server: await readServer(url),
    packages: readPackages(),
  }
}

async function readServer(url: string): Promise<Facts['server']> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(
    `select name, current_setting(name) as value from unnest($1::text[]) as shown (name)`,
    [['server_version', ...SHOWN_SETTINGS]],
  )
  await client.end()
  const { server_version: version, ...settings } = Object.fromEntries(rows.map(({ name, value }) => [name, value]))
  return { version, settings }
}

function readPackages(): Record<string, string> {
  const { dependencies } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'))
  return dependencies
}
