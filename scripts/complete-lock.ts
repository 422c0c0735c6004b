/**
 * Adds to package-lock.json what npm leaves out of it when the registry at hand has no package for another platform
 * (a mirror that fetches on demand, say): the other platforms' binaries. Without them `npm ci` refuses the lock file
 * even where nobody wants them. `npm run lock` runs it.
 */
import { readFileSync, writeFileSync } from 'node:fs'

interface Locked {
  version?: string
  dev?: boolean
  optional?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  optionalDependencies?: Record<string, string>
}

const OS = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'win32']
const CPU = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64']

const lock: { packages: Record<string, Locked> } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const missing = Object.values(lock.packages).flatMap(findMissing)
const sorted = [...Object.entries(lock.packages), ...missing].sort(([a], [b]) => (a < b ? -1 : 1))
writeFileSync('package-lock.json', `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
console.log(`${missing.length} packages for other platforms added to package-lock.json.`)

function findMissing({ optionalDependencies = {}, dev = false }: Locked): [string, Locked][] {
  const absent = Object.entries(optionalDependencies).filter(([name]) => !isLocked(name))
  // One that can stand for no platform is left out: npm would take it for a package that every machine needs.
  return absent.flatMap(([name, version]) => {
    const platform = toPlatform(name)
    const entry = { version, ...(dev ? { dev } : {}), optional: true, ...platform }
    return platform === undefined ? [] : [[`node_modules/${name}`, entry] satisfies [string, Locked]]
  })
}

function isLocked(name: string): boolean {
  return Object.keys(lock.packages).some((path) => path.endsWith(`node_modules/${name}`))
}

/** `@swc/core-linux-arm-gnueabihf` is for linux, arm, glibc. */
function toPlatform(name: string): Pick<Locked, 'os' | 'cpu' | 'libc'> | undefined {
  const words = name.split(/[/-]/)
  const os = words.find((word) => OS.includes(word))
  const cpu = words.find((word) => CPU.includes(word))
  if (os === undefined || cpu === undefined) return undefined
  const libc = words.some((word) => word.startsWith('musl')) ? 'musl' : 'glibc'
  return { cpu: [cpu], ...(os === 'linux' ? { libc: [libc] } : {}), os: [os] }
}
