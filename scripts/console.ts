/**
 * A place to try things: `npm run console`, or `npm run console -- file:./.daybook/bank`. The opened store is `book`;
 * everything that daybook and daybook/testing export is in scope, and `await` works.
 */
import { mkdirSync } from 'node:fs'
import { start } from 'node:repl'
import * as daybook from 'daybook'
import * as testing from 'daybook/testing'

const url = process.argv[2] ?? 'memory:'
const book = await daybook.open(url)
console.log(`book = await open('${url}'). In scope: ${Object.keys(daybook).join(', ')}`)

const repl = start({ prompt: 'daybook> ' })
Object.assign(repl.context, testing, daybook, { book })
mkdirSync('.daybook', { recursive: true })
repl.setupHistory('.daybook/console-history', (error) => {
  if (error !== null) console.warn(`The history is not kept: ${error.message}`)
})
repl.on('exit', () => book.close())
