import { fileURLToPath } from 'node:url'

/** The folder that a `file:` URL names, by a path that may be relative; `''` where it names none. */
export function toFolder(url: string): string {
  return url.startsWith('file://') ? fileURLToPath(url) : url.replace(/^file:/, '')
}
