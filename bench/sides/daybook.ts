import { type Daybook, open } from '#daybook'

/** Through the front door, with the options that it has by itself. */
export async function withDaybook<T>(url: string, work: (daybook: Daybook) => Promise<T>): Promise<T> {
  const daybook = await open(url)
  try {
    return await work(daybook)
  } finally {
    await daybook.close()
  }
}
