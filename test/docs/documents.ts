/** The documents, as the tests look at them. Paths are from the root of the checkout. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

export function exists(path: string): boolean {
  return existsSync(join(ROOT, path))
}

/** Every file below a folder whose name ends like this. */
export function filesBelow(folder: string, end: string): string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true }) as string[]
  return names.filter((name) => name.endsWith(end)).map((name) => `${folder}/${name}`)
}

/** The parts of a document that begin with a heading of the level: by heading, without its marks. */
export function sections(path: string, level: number): Map<string, string> {
  const parts = read(path)
    .split(new RegExp(`^#{${level}} `, 'm'))
    .slice(1)
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]))
}

/** The code blocks of a language in a document or a part of one, in their order. */
export function codeBlocks(text: string, language: string): string[] {
  const blocks = text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))
  return [...blocks].map(([, code]) => code ?? '')
}

/** The rows of the first table of a text, without its head: what is in the cells. */
export function tableRows(text: string): string[][] {
  const lines = text.split('\n')
  const ruler = lines.findIndex((line) => /^\|[ -]+\|/.test(line) && !/[^|\- ]/.test(line))
  const end = lines.findIndex((line, place) => place > ruler && !line.startsWith('|'))
  const rows = ruler === -1 ? [] : lines.slice(ruler + 1, end === -1 ? undefined : end)
  return rows.map((row) =>
    row
      .slice(1, row.lastIndexOf('|'))
      .split('|')
      .map((cell) => cell.trim()),
  )
}
