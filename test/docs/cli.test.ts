/** docs/cli.md and the command say the same. */
import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { toProgram } from '../../src/cli/program.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { read, sections, tableRows } from './documents.ts'

const quiet: Terminal = {
  print: () => {},
  say: () => {},
  progress: () => ({ update: () => {}, setTotal: () => {}, stop: () => {} }),
  signal: new AbortController().signal,
}
const program = toProgram(quiet)
const parts = sections('docs/cli.md', 2)

describe('docs/cli.md', () => {
  test('has every command, and no other', () => {
    expect(firstCells(parts.get('Commands') ?? '')).toEqual(namesOf(program))
  })

  test('has every option that all commands take', () => {
    const options = program.options.map(({ flags }) => flags).filter((flags) => !flags.includes('--version'))
    expect([...firstCells(read('docs/cli.md'))].sort()).toEqual([...options].sort())
  })
})

function firstCells(text: string): string[] {
  return tableRows(text).map(([first]) => first?.replaceAll('`', '') ?? '')
}

/** `schema check`, but not `schema`, which does nothing by itself. */
function namesOf(command: Command, before = ''): string[] {
  return command.commands.flatMap((each) => {
    const name = `${before}${each.name()}`
    return each.commands.length === 0 ? [name] : namesOf(each, `${name} `)
  })
}
