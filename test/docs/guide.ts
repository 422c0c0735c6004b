import { filesBelow, read } from './documents.ts'
import { type Page, toPage } from './page.ts'

/** The pages of the guide, but its index. */
export function guidePages(): readonly Page[] {
  const paths = filesBelow('docs/guide', '.md').filter((path) => !path.endsWith('/README.md'))
  return paths.sort().map((path) => toPage(path, read(path)))
}
