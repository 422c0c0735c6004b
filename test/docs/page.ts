/**
 * A page of the guide as something that can be followed: its code blocks as files and as steps in the page's order. How
 * pages are written for this is said in CONTRIBUTING.md, "The guide".
 */
import { basename } from 'node:path'

export interface Page {
  /** Such as `docs/guide/testing.md`. */
  readonly path: string
  /** The page's name without its ending; the folder that it is followed in. */
  readonly name: string
  readonly files: readonly PageFile[]
  readonly steps: readonly Step[]
  /** Pages whose files this one builds on. */
  readonly continues: readonly string[]
  /** Where its programs keep what they record: `server` is one that DATABASE_URL names, or else a folder. */
  readonly store: 'memory' | 'folder' | 'server'
  /** What is wrong with how the page is written. */
  readonly problems: readonly string[]
}

/** A file, made of the blocks that name it. */
export interface PageFile {
  readonly name: string
  /** Its lines, each with its line of the page. */
  readonly lines: readonly Line[]
  /** Compiled and not run, for this reason. */
  readonly notRun: string | undefined
}

export interface Line {
  readonly text: string
  /** From 1. */
  readonly at: number
}

/** Something that is done, and what it says that it prints. */
export interface Step {
  readonly at: number
  readonly run: { readonly programs: readonly string[] } | { readonly cli: readonly string[] }
  /** None is looked at when undefined. */
  readonly promises: readonly Line[] | undefined
}

interface Block {
  readonly language: string
  /** Of its fence. */
  readonly at: number
  readonly lines: readonly Line[]
  readonly notRun: string | undefined
}

export function toPage(path: string, text: string): Page {
  const blocks = toBlocks(text)
  const problems: string[] = []
  const files = toFiles(blocks)
  const programs = [...files.filter(isProgram).map(toProgramStep), ...toTestStep(files.filter(isTest))]
  const commands = blocks.flatMap((block, place) =>
    block.language === 'sh' ? toCommandSteps(path, block, blocks[place + 1], files, problems) : [],
  )
  for (const { language, notRun, at } of blocks) {
    const isKnown = ['ts', 'sh', 'text'].includes(language) || notRun !== undefined
    if (!isKnown) problems.push(`${path}:${at}: nothing runs a block in "${language}"; say why: <!-- not run: why -->`)
  }
  const steps = [...programs, ...commands].sort((a, b) => a.at - b.at)
  const continues = [...text.matchAll(/^<!-- continues (\S+\.md) -->$/gm)].map(([, other]) => `docs/guide/${other}`)
  return { path, name: basename(path, '.md'), files, steps, continues, store: toStore(text), problems }
}

function toStore(text: string): Page['store'] {
  if (text.includes("DATABASE_URL ?? 'file:")) return 'server'
  return text.includes('file:') ? 'folder' : 'memory'
}

function toBlocks(text: string): Block[] {
  const lines = text.split('\n').map((line, index) => ({ text: line, at: index + 1 }))
  const blocks: Block[] = []
  for (let index = 0; index < lines.length; index++) {
    const language = lines[index]?.text.match(/^```(\S+)$/)?.[1]
    if (language === undefined) continue
    const end = lines.findIndex(({ text: line }, place) => place > index && line === '```')
    const before = lines.slice(Math.max(0, index - 2), index).map(({ text: line }) => line)
    const notRun = before.join('\n').match(/<!-- not run: (.*) -->/)?.[1]
    blocks.push({ language, at: index + 1, lines: lines.slice(index + 1, end), notRun })
    index = end
  }
  return blocks
}

/** A block that names no file goes on with that of the block before. */
function toFiles(blocks: readonly Block[]): PageFile[] {
  const files = new Map<string, { lines: Line[]; notRun: string | undefined }>()
  let name = 'page.ts'
  for (const { language, lines, notRun } of blocks) {
    if (language !== 'ts') continue
    const named = lines[0]?.text.match(/^\/\/ ([\w./-]+\.ts)$/)?.[1]
    name = named ?? name
    const file = files.get(name) ?? { lines: [], notRun: undefined }
    files.set(name, { lines: [...file.lines, ...lines], notRun: file.notRun ?? notRun })
  }
  return [...files].map(([each, file]) => ({ name: each, ...file }))
}

/** Does something when it is run, rather than define things. */
function isProgram({ name, lines, notRun }: PageFile): boolean {
  if (notRun !== undefined || isTest({ name })) return false
  return lines.some(({ text }) => /^(?:(?:const|let) .*= await|await|for|try|console\.log)\b/.test(text))
}

function isTest({ name }: Pick<PageFile, 'name'>): boolean {
  return name.endsWith('.test.ts')
}

function toProgramStep({ name, lines }: PageFile): Step {
  const promises = lines.flatMap(({ text, at: line }) => {
    const promised = text.match(/^\s*\/\/ → (.*)$/)?.[1] ?? text.match(/\bconsole\.log\(.*\) \/\/ (.*)$/)?.[1]
    return promised === undefined ? [] : [{ text: promised, at: line }]
  })
  return { at: lines.at(-1)?.at ?? 0, run: { programs: [name] }, promises }
}

/** All tests of a page are run by one process, which is faster; where one fails, its place is told. */
function toTestStep(tests: readonly PageFile[]): Step[] {
  if (tests.length === 0) return []
  const at = Math.max(...tests.map(({ lines }) => lines.at(-1)?.at ?? 0))
  return [{ at, run: { programs: tests.map(({ name }) => name) }, promises: undefined }]
}

/** Commands that no test runs, and why that is so. */
const NOT_RUN: readonly (readonly [command: RegExp, why: string])[] = [
  [/^npm (?:init|pkg set|install)\b/, 'it fetches from a registry; `npm run shape` installs the package'],
  [/^(?:\w+=\S+ )?npx tsx (?:--test )?\S+$/, 'the program is run as it is'],
  [/^node --import tsx --test\b/, 'the programs are run as they are'],
  [/^npx daybook .*postgres:\/\//, 'it needs a server'],
]

function toCommandSteps(
  page: string,
  { lines, notRun }: Block,
  next: Block | undefined,
  files: readonly PageFile[],
  problems: string[],
): Step[] {
  if (notRun !== undefined) return []
  return lines.flatMap(({ text, at }, place) => {
    const command = text.replace(/\s+#.*$/, '')
    const program = command.match(/npx tsx (?:--test )?(\S+)$/)?.[1]
    if (program !== undefined && !files.some(({ name }) => name === program)) {
      problems.push(`${page}:${at}: there is no program ${program} on this page`)
    }
    if (command === '' || command.startsWith('#') || NOT_RUN.some(([known]) => known.test(command))) return []
    const cli = command.match(/^npx daybook (.*)$/)?.[1]?.split(' ')
    if (cli === undefined) {
      problems.push(`${page}:${at}: nothing runs "${command}"; say why above the block: <!-- not run: why -->`)
      return []
    }
    const isLast = lines.slice(place + 1).every((line) => line.text === '')
    const promises = isLast && next?.language === 'text' ? next.lines : undefined
    return [{ at, run: { cli }, promises }]
  })
}
