import { checkSchema, isDaybookError, open } from 'daybook'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anEvent, definitions, findUnreadable } from './hostile-history.ts'

/** The seed of a failure is in its message. */
const RUNS = { numRuns: 150 }

test('whatever was stored, what cannot be read is reported, and where the first of it is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anEvent, { minLength: 1, maxLength: 40 }), async (history) => {
      await using daybook = await open('memory:')
      await daybook.append('member-A', history)
      const unreadable = findUnreadable(await daybook.read().toArray())
      const report = await checkSchema(daybook, definitions, { sample: Number.POSITIVE_INFINITY })
      for (const { type, schemaVersion, reading, failed, problem } of report.types) {
        const positions = unreadable.get(`${type} ${schemaVersion}`) ?? []
        expect(problem?.position).toBe(positions[0])
        if (reading !== 'none') expect(failed).toBe(positions.length)
      }
      expect(report.isReadable).toBe(unreadable.size === 0)
    }),
    RUNS,
  )
})

test('a history of which the check finds nothing wrong is read to its end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anEvent, { minLength: 1, maxLength: 6 }), async (history) => {
      await using daybook = await open('memory:')
      await daybook.append('member-A', history)
      const report = await checkSchema(daybook, definitions, { sample: Number.POSITIVE_INFINITY })
      const outcome = await daybook
        .readStream('member-A', { events: definitions })
        .toArray()
        .then(
          () => 'read',
          (error) => (isDaybookError(error) ? error.code : 'a failure without a name'),
        )
      if (report.isReadable) expect(outcome).toBe('read')
      else expect(outcome).toMatch(/^(?:read|unreadable-event|broken-definition)$/)
    }),
    RUNS,
  )
})
