import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real servers are started by many files; two cores carry two files at a time.
    maxWorkers: 2,
    // One PostgreSQL for each of the two; each file that needs one has a database of its own.
    globalSetup: ['test/support/postgres-global.ts'],
    // Guards against what hangs: every wait in a test is bounded by itself, with a label that says what did not come.
    testTimeout: 300_000,
    hookTimeout: 180_000,
    teardownTimeout: 20_000,
  },
})
