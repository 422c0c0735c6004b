/**
 * A folder as a reader of the documents has it: programs in a package of their own that import daybook by its name. The
 * name stands for the sources, so that no build is needed; that the packed package works is `npm run shape`.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from './documents.ts'

const run = promisify(execFile)

export class Project {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  /** @param files By their path: what is in them. */
  static async create(files: Readonly<Record<string, string>>): Promise<Project> {
    const project = new Project(await mkdtemp(join(tmpdir(), 'daybook-docs-')))
    await symlink(join(ROOT, 'node_modules'), join(project.folder, 'node_modules'))
    await project.write({ 'package.json': '{ "type": "module" }', 'tsconfig.json': TSCONFIG, ...files })
    return project
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, path)), { recursive: true })
      await writeFile(join(this.folder, path), text)
    }
  }

  /** Runs a program, from the folder. Gives the lines that it printed. @throws when it does not end well. */
  async run(program: string, environment: NodeJS.ProcessEnv = {}, options: RunOptions = {}): Promise<string[]> {
    const { cwd = this.folder, args = [] } = options
    const env = { ...process.env, ...environment }
    const { stdout } = await run(process.execPath, ['--import', 'tsx', program, ...args], { cwd, env })
    return stdout.trimEnd().split('\n')
  }

  /** @throws with what the compiler says. */
  async typeCheck(): Promise<void> {
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
    await run(process.execPath, [compiler, '--project', this.folder]).catch(({ stdout }) => {
      throw new Error(`The programs do not compile:\n${stdout}`)
    })
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true })
  }
}

export interface RunOptions {
  /** The project's folder when absent. */
  readonly cwd?: string
  readonly args?: readonly string[]
}

const TSCONFIG = JSON.stringify({
  extends: join(ROOT, 'tsconfig.json'),
  compilerOptions: {
    paths: {
      daybook: [join(ROOT, 'src/index.ts')],
      'daybook/postgres': [join(ROOT, 'src/targets/postgres/index.ts')],
      'daybook/testing': [join(ROOT, 'src/testing/index.ts')],
    },
    typeRoots: [join(ROOT, 'node_modules/@types')],
    noUnusedLocals: false,
  },
  include: ['**/*.ts'],
  exclude: ['node_modules'],
})

/** What a program says that it prints: the comments behind its calls of `console.log`, in their order. */
export function promisedOutput(program: string): string[] {
  return [...program.matchAll(/\bconsole\.log\(.*\) \/\/ (.*)$/gm)].map(([, comment]) => comment ?? '')
}
