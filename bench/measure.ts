/**
 * Repetitions, interleaved: each side has its turn, then each its next, so that whatever changes on the machine
 * meanwhile meets all of them; and each repetition begins with another side.
 */
import type { Facts } from './facts.ts'
import type { Context, Row, Sample } from './row.ts'

export interface Results extends Facts {
  readonly size: string
  readonly repetitions: number
  readonly rows: readonly RowResult[]
}

export interface RowResult extends Pick<Row, 'name' | 'title' | 'unit' | 'targets' | 'note'> {
  readonly sides: readonly SideResult[]
}

export interface SideResult {
  readonly name: string
  readonly samples: readonly Sample[]
}

/** `onTurn` hears what is about to be measured. */
export async function measureRow(context: Context, row: Row, onTurn: (what: string) => void): Promise<RowResult> {
  const { repetitions } = context.size
  const samples = row.sides.map((): Sample[] => [])
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (let turn = 0; turn < row.sides.length; turn++) {
      const place = (turn + repetition) % row.sides.length
      const side = row.sides[place]
      if (side === undefined) throw new Error('Invariant: a turn is one of the sides.')
      context.signal.throwIfAborted()
      onTurn(`${side.name}, ${repetition + 1} of ${repetitions}`)
      samples[place]?.push(await side.measure(context))
    }
  }
  const { name, title, unit, targets, note } = row
  const sides = row.sides.map((side, place) => ({ name: side.name, samples: samples[place] ?? [] }))
  return { name, title, unit, targets, ...(note === undefined ? {} : { note }), sides }
}
