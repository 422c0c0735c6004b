import { openPostgres } from '../../src/stores/postgres/index.ts'

/** Gives the template the tables that every test file finds in its database: those of an empty store. */
export async function prepareTemplate(url: string): Promise<void> {
  const store = await openPostgres(url)
  await store.close()
}
