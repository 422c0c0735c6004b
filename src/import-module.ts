/** Imports a module of the application: JavaScript as it is, TypeScript where this Node can, and else by its `tsx`. */
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** @throws with what to install, where it is TypeScript and cannot be read */
export async function importModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(url)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error
    await registerTsx(fileURLToPath(url))
    // By another URL: Node remembers that the first could not be read.
    return await import(`${url}?tsx`)
  }
}

/** The module is TypeScript, and nothing here can read it. */
export class UnreadableModule extends Error {
  override readonly name = 'UnreadableModule'
}

async function registerTsx(file: string): Promise<void> {
  let path: string
  try {
    path = createRequire(file).resolve('tsx/esm/api')
  } catch (cause) {
    const remedy = 'Install tsx beside it (npm install --save-dev tsx), use a newer Node, or write it in JavaScript.'
    throw new UnreadableModule(`${file} is TypeScript, which this Node cannot read by itself. ${remedy}`, { cause })
  }
  // What `require` resolves is the CommonJS one, which cannot register itself in a thread; the other lies beside it.
  const module = path.replace(/[.]cjs$/, '.mjs')
  const { register }: { register(): unknown } = await import(pathToFileURL(module).href)
  register()
}
