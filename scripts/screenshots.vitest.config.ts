import { mergeConfig } from 'vitest/config'
import tests from '../vitest.config.ts'

/** `vitest run --config scripts/screenshots.vitest.config.ts`: no test, but made of the same parts. */
export default mergeConfig(tests, { test: { include: ['test/web/screenshots.ts'] } })
