/** Histories as bad as they come: old versions with gaps, old names, unknown types, versions too new, data gone wrong. */
import { type AnyEventDefinition, event, type NewEvent, type RecordedEvent, retired } from 'daybook'
import fc from 'fast-check'
import { z } from 'zod'
import { toRead } from '../../src/events/index.ts'

const SignedUp = retired('SignedUp', z.object({ name: z.string(), email: z.string() })).splitInto(
  'Joined',
  'EmailGiven',
)
const EmailGiven = event('EmailGiven', z.object({ email: z.string() })).splitFrom(SignedUp, ({ email }) => ({ email }))
/** Version 2 was never released: nothing is stored in it, or should be. */
const Moved = event('Moved', z.object({ street: z.string() }))
  .renamedFrom('AddressCorrected')
  .next(z.object({ street: z.string(), zip: z.string() }), (v1) => ({ ...v1, zip: v1.street.slice(-5) }))
  .next(z.object({ street: z.string(), zip: z.string(), country: z.string() }), (v2, { metadata }) => ({
    ...v2,
    country: z.string().parse(metadata.country ?? 'USA'),
  }))
const joined = z.object({ name: z.string() })
const Joined = event('Joined', joined).splitFrom(SignedUp, ({ name }) => ({ name }))

export const definitions: readonly AnyEventDefinition[] = [Joined, EmailGiven, Moved, retired('Warmed').dropped()]

/** Today's shapes: what is stored in them is given as it is, and nobody else looks at it. */
const TODAY: Readonly<Record<string, z.ZodType>> = {
  'Joined 1': joined,
  'EmailGiven 1': z.object({ email: z.string() }),
  'Moved 3': z.object({ street: z.string(), zip: z.string(), country: z.string() }),
}

const text = fc.oneof({ weight: 6, arbitrary: fc.string() }, { weight: 1, arbitrary: fc.constantFrom(7, null, []) })
const data = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record(
      { name: text, email: text, street: text, zip: text, country: text },
      { noNullPrototype: true },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({ name: text, email: text, street: text }, { requiredKeys: [], noNullPrototype: true }),
  },
  { weight: 1, arbitrary: fc.constantFrom(null, 'Elm Street', [], 7) },
)

/** One event of such a history, with the version that it claims: 0 cannot be appended. */
export const anEvent: fc.Arbitrary<NewEvent & { readonly schemaVersion: number }> = fc.record(
  {
    type: fc.constantFrom('SignedUp', 'Joined', 'EmailGiven', 'Moved', 'AddressCorrected', 'Warmed', 'Stray'),
    schemaVersion: fc.constantFrom(1, 1, 1, 1, 2, 3, 4, 32_767),
    data,
    metadata: fc.constantFrom({}, {}, { country: 'UK' }, { country: 1 }),
  },
  { noNullPrototype: true },
)

/** By type and version: the positions of events that cannot be read, or that read as what no schema knows. */
export function findUnreadable(events: readonly RecordedEvent[]): Map<string, number[]> {
  const unreadable = new Map<string, number[]>()
  const read = toRead(definitions)
  for (const recorded of events) {
    const key = `${recorded.type} ${recorded.schemaVersion}`
    if (isReadable(read, recorded)) continue
    unreadable.set(key, [...(unreadable.get(key) ?? []), recorded.position])
  }
  return unreadable
}

function isReadable(read: ReturnType<typeof toRead>, recorded: RecordedEvent): boolean {
  try {
    read(recorded)
  } catch {
    return false
  }
  const today = TODAY[`${recorded.type} ${recorded.schemaVersion}`]
  return today === undefined || today.safeParse(recorded.data).success
}
