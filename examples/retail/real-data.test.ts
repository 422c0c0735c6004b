/** The figures that the real month must come to, on an engine without any server. */
import { open } from 'daybook'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeFolder } from '../shared/fixtures.ts'
import { bookAll } from './bookkeeper.ts'
import { readInvoices } from './invoice-file.ts'
import { findPlaces } from './places.ts'
import { KNOWN_FIGURES, realMonth } from './real-month.ts'
import { openShop } from './shop.ts'

/** Nobody listens there. */
const NOWHERE = { elasticsearch: 'http://127.0.0.1:1', redis: 'redis://127.0.0.1:1' }

describe.skipIf(realMonth === undefined)('the real month', () => {
  test.each(['memory:', 'file:'])('comes to the known figures on %s', { timeout: 240_000 }, async (engine) => {
    const daybook = await open(engine === 'file:' ? `file:${makeFolder()}` : engine)
    onTestFinished(() => daybook.close())
    await bookAll(daybook, readInvoices(String(realMonth)))
    const shop = await openShop(daybook, await findPlaces(daybook, NOWHERE, () => {}))
    await shop.reached(await daybook.head())
    expect(await shop.figures()).toMatchObject(KNOWN_FIGURES)
    expect((await shop.search('lantern')).length).toBeGreaterThan(0)
  })
})
