import { type Daybook, open } from 'daybook'

/** An example, told on a store; what it shows is said line by line. */
export type Story = (daybook: Daybook, say: (line: string) => void) => Promise<void>

/** Tells a story on the store whose URL the command line gives, in memory when it gives none. */
export async function tell(story: Story): Promise<void> {
  const [url = 'memory:'] = process.argv.slice(2)
  // Each telling has a log of its own, so that it begins at the beginning on a store that keeps things.
  const daybook = await open(url, { log: `story-${Date.now()}` })
  try {
    await story(daybook, console.log)
  } finally {
    await daybook.close()
  }
}
