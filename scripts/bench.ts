/** Runs the benchmark: a package of its own, because it measures peers that nobody else should have to install. */
import { existsSync } from 'node:fs'
import { run } from './run.ts'

const npm = ['--prefix', 'bench']
if (!existsSync('bench/node_modules')) run('npm', [...npm, 'ci'])
run('npm', [...npm, 'start', '--', ...process.argv.slice(2)])
