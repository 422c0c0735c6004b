/** Follows pages of the guide as a reader would: each in a folder of its own, in the page's order. */
import { join } from 'node:path'
import { ROOT } from './documents.ts'
import type { Line, Page, Step } from './page.ts'
import { Project } from './project.ts'

export class Followed {
  readonly pages: readonly Page[]
  readonly #project: Project

  private constructor(pages: readonly Page[], project: Project) {
    this.pages = pages
    this.#project = project
  }

  static async create(pages: readonly Page[]): Promise<Followed> {
    const files = pages.flatMap((page) => filesOf(page, pages).map(([name, text]) => [`${page.name}/${name}`, text]))
    return new Followed(pages, await Project.create(Object.fromEntries(files)))
  }

  /** @throws with what the compiler says, by page and line */
  async typeCheck(): Promise<void> {
    await this.#project.typeCheck().catch((error) => {
      throw new Error(this.#toPageLines(error.message))
    })
  }

  /** Does one step of a page. @throws when it fails or prints something else, by page and line */
  async follow(page: Page, step: Step, environment: NodeJS.ProcessEnv = {}): Promise<void> {
    const printed = await this.#run(page, step, environment).catch((error) => {
      const said = [error.stdout, error.stderr].filter((text) => text).join('\n') || error.message
      throw new Error(`${page.path}:${step.at}: it fails.\n${this.#toPageLines(said)}`)
    })
    const problem = step.promises && findBroken(printed, step.promises)
    if (problem === undefined) return
    throw new Error(`${page.path}:${problem.at}: ${problem.text}\nAll that it prints:\n${printed.join('\n')}`)
  }

  remove(): Promise<void> {
    return this.#project.remove()
  }

  #run(page: Page, { run }: Step, environment: NodeJS.ProcessEnv): Promise<string[]> {
    const cwd = join(this.#project.folder, page.name)
    if ('programs' in run) {
      const code = run.programs.map((program) => `await import('./${program}')`).join('\n')
      return this.#project.run('--input-type=module', environment, { cwd, args: ['--eval', code] })
    }
    return this.#project.run(join(ROOT, 'src/cli/main.ts'), environment, { cwd, args: run.cli })
  }

  /** Places in files become places on pages. */
  #toPageLines(text: string): string {
    return text.replaceAll(
      /[^\s()]*?([\w.-]+)\/([\w.-]+\.ts)(?:\((\d+),\d+\)|:(\d+)(?::\d+)?)/g,
      (place, name, file, a, b) => {
        const page = this.pages.find((each) => each.name === name)
        const line = page?.files.find((each) => each.name === file)?.lines[Number(a ?? b) - 1]
        return page === undefined || line === undefined ? place : `${page.path}:${line.at} (${file})`
      },
    )
  }
}

/** A page's own files over those of the pages that it continues. */
function filesOf(page: Page, pages: readonly Page[]): (readonly [name: string, text: string])[] {
  const before = page.continues.flatMap((path) => pages.filter((each) => each.path === path))
  return [
    ...before.flatMap((each) => filesOf(each, pages)),
    ...page.files.map(({ name, lines }) => [name, toText(lines)] as const),
  ]
}

function toText(lines: readonly Line[]): string {
  return `${lines.map(({ text }) => text).join('\n')}\n`
}

/** The first promise that is not kept, with what is there instead. A promise's `…` stands for any text. */
export function findBroken(printed: readonly string[], promises: readonly Line[]): Line | undefined {
  const lines = printed.filter((line) => line.trim() !== '')
  const wanted = promises.filter(({ text }) => text.trim() !== '')
  for (const [place, { text, at }] of wanted.entries()) {
    const line = lines[place]
    if (line === undefined) return { at, text: `it does not print: ${text}` }
    if (!isMet(text, line)) return { at, text: `it prints: ${line}\nIt says:   ${text}` }
  }
  const more = lines[wanted.length]
  const at = wanted.at(-1)?.at ?? 0
  return more === undefined ? undefined : { at, text: `it prints more than it says: ${more}` }
}

function isMet(promise: string, line: string): boolean {
  const parts = promise
    .trim()
    .split('…')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(line.trim())
}
