/**
 * Finds and loads `daybook.config.*`. JavaScript is imported as it is; TypeScript too where this Node can, and else by
 * the `tsx` of the application, if it has one.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { DaybookConfig } from '../config.ts'
import { importModule, UnreadableModule } from '../import-module.ts'
import { UsageProblem } from './usage.ts'

const NAMES = ['ts', 'mts', 'js', 'mjs'].map((extension) => `daybook.config.${extension}`)

export interface LoadedConfig {
  readonly config: DaybookConfig
  /** The file that it comes from; undefined when there is none. */
  readonly file: string | undefined
}

/**
 * @param named The file that the command line names.
 * @throws UsageProblem for a file that is not there, cannot be imported, or exports no configuration
 */
export async function loadConfig(named: string | undefined, folder = process.cwd()): Promise<LoadedConfig> {
  const names = named === undefined ? NAMES : [named]
  const file = names.map((name) => resolve(folder, name)).find((path) => existsSync(path))
  if (file === undefined && named !== undefined) throw new UsageProblem(`There is no file ${named} (--config).`)
  if (file === undefined) return { config: {}, file }
  const module: { default?: unknown } = await importConfig(file)
  const config = module.default
  if (typeof config !== 'object' || config === null) {
    throw new UsageProblem(`${file} has no default export. Write: export default defineConfig({ url: … })`)
  }
  return { config, file }
}

async function importConfig(file: string): Promise<{ default?: unknown }> {
  try {
    return await importModule(pathToFileURL(file).href)
  } catch (error) {
    if (error instanceof UnreadableModule) throw new UsageProblem(error.message, { cause: error })
    throw error
  }
}
