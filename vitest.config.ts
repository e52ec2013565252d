import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real servers are started by many files; two cores carry two files at a time.
    maxWorkers: 2,
    // One PostgreSQL a run; each file that needs one has a database of its own.
    globalSetup: ['test/support/postgres-global.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
  },
})
