/** ARCHITECTURE.md draws the arrow that `npm run deps` checks, and points to what is there. */
import { describe, expect, test } from 'vitest'
import { exists, read, sections, tableRows } from './documents.ts'

const parts = sections('ARCHITECTURE.md', 2)

interface Rule {
  readonly name: string
  readonly comment: string
}

describe('ARCHITECTURE.md', () => {
  test('lets each room import what .dependency-cruiser.mjs lets it import', async () => {
    const config: { default: { forbidden: Rule[] } } = await import('../../.dependency-cruiser.mjs' as string)
    const rules = config.default.forbidden.filter(({ name }) => name.startsWith('arrow-'))
    const checked = rules.map(({ name, comment }) => [
      name.slice('arrow-'.length),
      comment.replace(/^.* may import (.*)\.$/, '$1').replaceAll(',', ''),
    ])
    const drawn = tableRows(parts.get('The arrow') ?? '').map(([room = '', others = '']) => [
      room.replaceAll('`', '').replace('/*', ''),
      others.replaceAll('`', ''),
    ])
    expect(drawn).toEqual(checked)
  })

  test('names files that are there', () => {
    const rooms = ['', 'src/', 'src/store/', 'src/events/', 'src/stores/postgres/', 'src/stores/postgres/sql/']
    const text = [...parts.values()].slice(2).join('\n')
    const named = [...text.matchAll(/`((?:[\w.-]+\/)*[\w.-]+(?:\.ts|\.sql|\/))`/g)].map(([, path]) => path ?? '')
    expect(named.length).toBeGreaterThan(15)
    expect(named.filter((path) => !rooms.some((room) => exists(room + path)))).toEqual([])
  })

  test('fits on a page or so', () => {
    expect(read('ARCHITECTURE.md').split('\n').length).toBeLessThan(130)
  })
})
