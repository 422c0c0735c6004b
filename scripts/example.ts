/** `npm run example -- NAME [store]`: runs examples/NAME; without a name, says which there are. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../examples/', import.meta.url)
const names = readdirSync(folder).filter((name) => existsSync(new URL(`${name}/main.ts`, folder)))
const name = process.argv[2]

if (name !== undefined && names.includes(name)) {
  // The example sees the arguments after its name.
  process.argv.splice(2, 1)
  await import(new URL(`${name}/main.ts`, folder).href)
} else {
  if (name !== undefined) console.error(`There is no example ${name}.`)
  console.log('npm run example -- NAME [store], such as: npm run example -- invoices\n')
  for (const each of names) console.log(`  ${each.padEnd(10)} ${titleOf(each)}`)
  process.exitCode = name === undefined ? 0 : 2
}

/** What an example shows: the first sentence of its README. */
function titleOf(example: string): string {
  const [, paragraph = ''] = readFileSync(new URL(`${example}/README.md`, folder), 'utf8').split('\n\n')
  return `${paragraph.split(/\.\s/)[0]?.replace(/\.$/, '')}.`
}
