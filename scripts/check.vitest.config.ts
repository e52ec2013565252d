import { defineConfig } from 'vitest/config'

/** For the tests that read the tree only: without the database that vitest.config.ts starts. */
export default defineConfig({
  test: { include: ['test/architecture.test.ts', 'test/{rollout,words}/**/*.test.ts'] },
})
