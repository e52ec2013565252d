/** A plan's name: what an approval is given for. */
import { createHash } from 'node:crypto'
import type { Plan } from './plan-types.ts'

/** Keys in order, so that equal values have equal texts. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, ordered(inner)]),
  )
}

/** The same text for equal JSON values, whatever the order of their keys. */
export const canonical = (value: unknown): string => JSON.stringify(ordered(value))

/** SHA-256 in hex over the whole plan. */
export const planHash = (plan: Plan): string => createHash('sha256').update(canonical(plan)).digest('hex')
