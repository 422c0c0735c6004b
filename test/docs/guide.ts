import { codeBlocks, read } from './documents.ts'

/** The files of docs/guide/getting-started.md, and those of them that are run, in their order. */
export function guidePrograms(): { files: Record<string, string>; steps: string[] } {
  const blocks = codeBlocks(read('docs/guide/getting-started.md'), 'ts')
  const named = blocks.map((block) => [block.match(/^\/\/ (\S+\.ts)\n/)?.[1] ?? 'without a name', block] as const)
  return {
    files: Object.fromEntries(named),
    steps: named.filter(([, block]) => block.includes('await open(')).map(([name]) => name),
  }
}
