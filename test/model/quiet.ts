import { afterAll, beforeAll } from 'vitest'

/** Thousands of failures are made and never shown: their stacks would cost more than the model. */
export function withoutStacks(): void {
  const before = Error.stackTraceLimit
  beforeAll(() => {
    Error.stackTraceLimit = 0
  })
  afterAll(() => {
    Error.stackTraceLimit = before
  })
}
