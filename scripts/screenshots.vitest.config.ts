import { defineConfig } from 'vitest/config'
import tests from '../vitest.config.ts'

/** `npm run screenshots`: no test, but made of the same parts. */
export default defineConfig({ ...tests, test: { ...tests.test, include: ['test/web/screenshots.ts'] } })
