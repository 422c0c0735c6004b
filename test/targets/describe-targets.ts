/** What every target of read models promises: called by one test file for each. */
import { describe, expect, test } from 'vitest'
import type { ReadModelTargets } from '../../src/store/index.ts'

const change = (row: unknown, position: number) => ({ row, position })

export function describeTargets(targets: () => ReadModelTargets): void {
  describe('target', () => {
    test('rows and checkpoint move together, and only from where the writer believed the checkpoint to be', async () => {
      const target = await targets().open('main', 'fenced')
      expect(await target.checkpoint()).toBe(0)
      expect(await target.save(new Map([['a', change({ n: 1 }, 3)]]), 0, 3)).toBe(true)
      expect(await target.save(new Map([['a', change({ n: 99 }, 4)]]), 0, 4)).toBe(false)
      expect(await target.save(new Map([['a', change({ n: 99 }, 9)]]), 4, 9)).toBe(false)
      expect(await target.checkpoint()).toBe(3)
      expect(await target.get('a')).toEqual({ n: 1 })
    })

    test('of two writers at once exactly one wins', async () => {
      const target = await targets().open('main', 'raced')
      const write = (n: number) => target.save(new Map([['a', change({ n }, 1)]]), 0, 1)
      const won = await Promise.all([1, 2, 3, 4].map(write))
      expect(won.filter(Boolean)).toHaveLength(1)
      expect(await target.get('a')).toEqual({ n: won.indexOf(true) + 1 })
    })

    test('gives the rows that are there, and lists them in the order of their keys’ bytes', async () => {
      const target = await targets().open('main', 'listed')
      const keys = ['b', 'a', 'Z', 'é', '💶', 'ﬀ', 'gone']
      await target.save(new Map(keys.map((key) => [key, change({ key }, 1)])), 0, 1)
      await target.save(new Map([['gone', change(undefined, 2)]]), 1, 2)
      expect([...(await target.load(['a', 'gone', 'never'])).keys()]).toEqual(['a'])
      const listed: string[] = []
      for await (const [key] of target.entries()) listed.push(key)
      expect(listed).toEqual(['Z', 'a', 'b', 'é', 'ﬀ', '💶'])
      expect(await target.get('gone')).toBeUndefined()
    })

    test('more rows than a page holds are all listed', async () => {
      const target = await targets().open('main', 'many')
      const rows = Array.from({ length: 2_500 }, (_, n) => [`k${n}`, change({ n }, 1)] as const)
      await target.save(new Map(rows), 0, 1)
      const listed = new Set<string>()
      for await (const [key] of target.entries()) listed.add(key)
      expect(listed.size).toBe(2_500)
    })
  })
}
