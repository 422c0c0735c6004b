import { open } from 'daybook'
import type { Story } from './story.ts'

/** What a story says in memory, line by line: for tests. */
export async function told(story: Story): Promise<string[]> {
  const daybook = await open('memory:')
  const lines: string[] = []
  await story(daybook, (text) => lines.push(...text.split('\n')))
  await daybook.close()
  return lines
}
