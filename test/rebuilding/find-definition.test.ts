import { describe, expect, test } from 'vitest'
import { findDefinition } from '../../src/find-definition.ts'
import { memoryTargets } from '../../src/targets/memory/index.ts'
import { byBoth, byProduct, byWarehouse } from './stock.ts'

describe('the definition that a thread looks for', () => {
  const wanted = { readModel: byProduct.name, fingerprint: byProduct.fingerprint, hasTargets: false }

  test('is the export itself, or stands beside its targets, or in a configuration', () => {
    const targets = memoryTargets()
    const withTargets = { readModel: byProduct, targets }
    expect(findDefinition(byProduct, wanted).readModel).toBe(byProduct)
    expect(findDefinition(withTargets, wanted).targets?.({} as never)).toBe(targets)
    expect(findDefinition({ projections: [byBoth, withTargets] }, wanted).readModel).toBe(byProduct)
  })

  test.each<[string, unknown, Partial<typeof wanted>]>([
    ['is not there', { projections: [byBoth, byWarehouse] }, {}],
    ['is no definition', 'by-product', {}],
    ['is another one', byProduct, { fingerprint: 'another' }],
    ['does not say where its rows are', byProduct, { hasTargets: true }],
  ])('one that %s is refused', (_, exported, more) => {
    expect(() => findDefinition(exported, { ...wanted, ...more })).toThrow(
      expect.objectContaining({
        code: 'invalid-argument',
        details: expect.objectContaining({ argument: 'definition' }),
      }),
    )
  })
})
