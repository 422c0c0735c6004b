import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { SummaryReporter } from './test/support/summary-reporter.ts'

const source = (path: string) => fileURLToPath(new URL(`src/${path}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^daybook$/, replacement: source('index.ts') },
      { find: /^daybook\/testing$/, replacement: source('testing/index.ts') },
      { find: /^daybook\/postgres$/, replacement: source('targets/postgres/index.ts') },
      { find: /^daybook\/memory$/, replacement: source('targets/memory/index.ts') },
      { find: /^daybook\/redis$/, replacement: source('targets/redis/index.ts') },
      { find: /^daybook\/elasticsearch$/, replacement: source('targets/elasticsearch/index.ts') },
      { find: /^daybook\/telemetry$/, replacement: source('telemetry/index.ts') },
    ],
  },
  test: {
    include: ['{src,test,examples}/**/*.test.ts'],
    // The compiler runs these: `npm run types`.
    exclude: ['**/*.type.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    // Tests kill, crash and count processes; threads would share theirs.
    pool: 'forks',
    maxWorkers: 2,
    // Tests that race, kill and wait meet a busy machine's worst moment now and then; one that needed its second chance is
    // shown as such. At a desk none is given.
    retry: process.env.CI === 'true' ? 1 : 0,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', new SummaryReporter()],
  },
})
