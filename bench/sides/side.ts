import type { BenchDatabase } from '../databases.ts'
import type { Context, Sample, Side } from '../row.ts'

/** A side that is measured on an empty database of its own each time. */
export function onEmptyDatabase(
  name: string,
  measure: (context: Context, database: BenchDatabase) => Promise<Sample>,
): Side {
  return {
    name,
    measure: async (context) => {
      const database = await context.databases.create()
      try {
        return await measure(context, database)
      } finally {
        await database.drop()
      }
    },
  }
}
