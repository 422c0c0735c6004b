import { type Daybook, open } from 'daybook'

/** An example, told on a store; what it shows is said line by line. */
export type Story = (daybook: Daybook, say: (line: string) => void) => Promise<void>

/** Tells a story on a store: on the one whose URL the command line gives, when absent; in memory when it gives none. */
export async function tell(story: Story, url: string = process.argv[2] ?? 'memory:'): Promise<void> {
  // Each telling has a log of its own, so that it begins at the beginning on a store that keeps things.
  const daybook = await open(url, { log: `story-${Date.now()}` })
  try {
    await story(daybook, console.log)
  } finally {
    await daybook.close()
  }
}
