/** Makes dist/ from src/: the compiler's JavaScript and declarations, and the SQL and Lua beside the adapters that read it. */
import { cpSync, rmSync, statSync } from 'node:fs'
import { run } from './run.ts'

rmSync('dist', { recursive: true, force: true })
run('tsc', ['--project', 'tsconfig.build.json'])
cpSync('src', 'dist', {
  recursive: true,
  filter: (path) => /[.](?:sql|lua)$/.test(path) || (statSync(path).isDirectory() && !path.endsWith('__snapshots__')),
})
