import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { toJsonSchema } from '../../src/events/index.ts'

const amount = { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] }

describe('toJsonSchema', () => {
  test('gives what zod and arktype say of their schemas', () => {
    expect(toJsonSchema(z.object({ amount: z.number() }), 'input')).toMatchObject(amount)
    expect(toJsonSchema(type({ amount: 'number' }), 'output')).toMatchObject(amount)
  })

  test('tells what goes in from what comes out', () => {
    const schema = z.object({ channel: z.string().default('branch') })
    expect(toJsonSchema(schema, 'input')).not.toHaveProperty('required')
    expect(toJsonSchema(schema, 'output')).toMatchObject({ required: ['channel'] })
  })

  test('gives nothing for a validator that says nothing, or for what JSON Schema cannot tell', () => {
    expect(toJsonSchema(v.object({ amount: v.number() }), 'input')).toBeUndefined()
    expect(toJsonSchema(z.object({ at: z.date() }), 'input')).toBeUndefined()
  })
})
