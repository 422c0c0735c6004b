/** docs/guide/getting-started.md, followed step by step. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { guidePrograms } from './guide.ts'
import { Project, promisedOutput } from './project.ts'

const { files, steps } = guidePrograms()

describe('the guide', () => {
  let project: Project

  beforeAll(async () => {
    project = await Project.create(files)
  })
  afterAll(() => project.remove())

  test('has a name for every file', () => {
    expect(Object.keys(files)).toEqual(['orders.ts', 'shop.ts', 'history.ts', 'turnover.ts'])
    expect(steps).toEqual(['shop.ts', 'history.ts', 'turnover.ts'])
  })

  test('compiles', () => project.typeCheck())

  test('runs from an empty folder, and prints what its comments say', async () => {
    expect(await project.run('shop.ts')).toEqual(promisedOutput(files['shop.ts'] ?? ''))
    const [placed, paid, ...rest] = await project.run('history.ts')
    expect(placed).toBe("1 1 OrderPlaced { customer: 'ada', cents: 2500 }")
    expect(paid).toBe('2 2 OrderPaid { cents: 2500 }')
    expect(rest).toEqual(promisedOutput(files['history.ts'] ?? '').slice(1))
    expect(await project.run('turnover.ts')).toEqual(promisedOutput(files['turnover.ts'] ?? ''))
  })

  test('does nothing twice when its program is run again', async () => {
    const again = await project.run('shop.ts')
    expect(again).toEqual(promisedOutput(files['shop.ts'] ?? ''))
    expect((await project.run('history.ts')).at(-1)).toBe('2')
  })
})
