/**
 * Builds the library into ./dist, as its users get it: what tsx makes of TypeScript is a little slower. From here its
 * `import('pg')` finds this package's driver, the very one that the baselines use.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, rmSync, statSync } from 'node:fs'

rmSync('dist', { recursive: true, force: true })
// Types are checked elsewhere; here they would only take time.
const { status } = spawnSync('tsc', ['--project', '../tsconfig.build.json', '--outDir', 'dist', '--noCheck'], {
  stdio: 'inherit',
})
if (status !== 0) process.exit(status ?? 1)
cpSync('../src', 'dist', {
  recursive: true,
  filter: (path) => /[.](?:sql|lua)$/.test(path) || statSync(path).isDirectory(),
})
