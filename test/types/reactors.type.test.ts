/** What the compiler knows of reactors: events are reacted to, all of them, and with declared effects alone. */
import { type Daybook, effect, event, reactor } from 'daybook'
import { given, recorded, stored } from 'daybook/testing'
import { z } from 'zod'

const Registered = event('Registered', z.object({ email: z.string() })).next(
  z.object({ email: z.string(), language: z.enum(['de', 'en']) }),
  ({ email }) => ({ email, language: 'en' as const }),
)
const Closed = event('Closed', z.object({}))
const SendMail = effect('SendMail', z.object({ to: z.string(), copies: z.int().default(0) }))
const Refund = effect('Refund', z.object({ amount: z.int() }))

const options = { events: [Registered, Closed], effects: [SendMail] } as const

const goodbye = reactor('goodbye', options).on({
  Registered({ email, language }, { stream, position, data }) {
    const known: 'de' | 'en' = language
    const both: [string, number, 'de' | 'en'] = [stream.id, position, data.language]
    return known === 'de' ? [SendMail({ to: email }), SendMail({ to: both[0], copies: 1 })] : SendMail({ to: email })
  },
  Closed: () => undefined,
})

export function effects() {
  // @ts-expect-error its data lacks a property
  SendMail({})
  // @ts-expect-error its data has another type
  SendMail({ to: 1 })
  // @ts-expect-error a Date is no JSON
  effect('Remind', z.object({ at: z.date() }))
  const name: 'SendMail' = SendMail({ to: 'ada' }).effect
  const copies: number = SendMail({ to: 'ada' }).data.copies
  return [name, copies]
}

export function reactions() {
  // @ts-expect-error Closed is not reacted to
  reactor('x', options).on({ Registered: () => undefined })
  // @ts-expect-error Opened is none of its events
  reactor('x', options).on({ Registered: () => undefined, Closed: () => undefined, Opened: () => undefined })
  // @ts-expect-error Refund is none of its effects
  reactor('x', options).on({ Registered: () => Refund({ amount: 1 }), Closed: () => undefined })
  // @ts-expect-error nor is it among others
  reactor('x', options).on({ Registered: () => [SendMail({ to: 'a' }), Refund({ amount: 1 })], Closed: () => null })
  // @ts-expect-error an effect is made with its definition
  reactor('x', options).on({ Registered: () => ({ effect: 'SendMail', data: {} }), Closed: () => undefined })
  // @ts-expect-error an event is no effect
  reactor('x', options).on({ Registered: () => Closed({}), Closed: () => undefined })
  // @ts-expect-error a reaction is pure, and answers at once
  reactor('x', options).on({ Registered: async () => undefined, Closed: () => undefined })
  // @ts-expect-error the event has no such data
  reactor('x', options).on({ Registered: ({ mail }) => SendMail({ to: mail }), Closed: () => undefined })
  // @ts-expect-error an effect's definition is no event's
  reactor('x', { events: [SendMail], effects: [SendMail] })
}

export async function handlers(daybook: Daybook) {
  await daybook.react(goodbye, {
    async SendMail({ to, copies }, { key, event: cause, attempt, signal, execution }) {
      const known: [string, number, string, number, AbortSignal] = [to, copies, key, attempt, signal]
      const type: 'Registered' | 'Closed' = cause.type
      const commandId: string = execution.commandId
      return [known, type, commandId]
    },
  })
  // @ts-expect-error nobody sends mail
  await daybook.react(goodbye, {})
  // @ts-expect-error Refund is none of its effects
  await daybook.react(goodbye, { SendMail() {}, Refund() {} })
  // @ts-expect-error the effect has no such data
  await daybook.react(goodbye, { SendMail: ({ subject }) => subject })
  // @ts-expect-error the handler takes something else than the effect's data
  await daybook.react(goodbye, { SendMail: ({ to }: { to: number }) => to })
  // @ts-expect-error there is no such beginning
  await daybook.react(goodbye, { SendMail() {} }, { from: 'yesterday' })
}

export function tested() {
  const registered = Registered({ email: 'ada', language: 'en' })
  given(goodbye).when(registered, recorded(Closed({})), stored('Registered', 1, { email: 'ada' }))
  const caused = given(goodbye).when(registered)
  caused.then(SendMail({ to: 'ada' }))
  caused.thenNothing()
  // @ts-expect-error it never causes such an effect
  caused.then(Refund({ amount: 1 }))
  // @ts-expect-error nothing is said by thenNothing
  caused.then()
  // @ts-expect-error something has to happen
  given(goodbye).when()
  // @ts-expect-error it does not see such an event
  given(goodbye).when(event('Other', z.object({}))({}))
  // @ts-expect-error it remembers nothing
  given(goodbye, registered)
}
