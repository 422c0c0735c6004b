import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Turns } from './turns.ts'

describe('turns', () => {
  test('work on one account keeps its order, also across a transfer, and other accounts go ahead', async () => {
    const turns = new Turns()
    const done: string[] = []
    const work = (name: string, ms: number) => async () => {
      await sleep(ms)
      done.push(name)
    }
    await turns.take(['A'], work('A1', 30))
    await turns.take(['A', 'B'], work('A to B', 10))
    await turns.take(['B'], work('B1', 0))
    await turns.take(['C'], work('C1', 0))
    await turns.finish()
    expect(done).toEqual(['C1', 'A1', 'A to B', 'B1'])
  })

  test('has a bound: the next one waits until there is room', async () => {
    const turns = new Turns()
    let running = 0
    let most = 0
    for (let index = 0; index < 2_000; index++) {
      await turns.take([String(index)], async () => {
        most = Math.max(most, ++running)
        await sleep(1)
        running--
      })
    }
    await turns.finish()
    expect(most).toBe(512)
  })

  test('begins nothing after a failure, and reports it', async () => {
    const turns = new Turns()
    const begun: string[] = []
    await turns.take(['A'], async () => {
      throw new Error('lost')
    })
    await turns.take(['A'], async () => void begun.push('A2'))
    await expect(turns.finish()).rejects.toThrow('lost')
    await expect(turns.take(['B'], async () => void begun.push('B1'))).rejects.toThrow('lost')
    expect(begun).toEqual([])
  })
})
