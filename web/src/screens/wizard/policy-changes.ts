import type { PolicyBody } from '../../../../src/api/policy-schema.ts'

/** Members that other steps decide. */
const elsewhere: ReadonlySet<string> = new Set([
  'gate',
  'windows',
  'startsAt',
  'endsAt',
  'preloadFrom',
  'overrideFreezes',
])

const leaves = (value: unknown): number =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.values(value).reduce((sum: number, one) => sum + leaves(one), 0)
    : 1

const isOwn = ([key]: readonly [string, unknown]): boolean => !elsewhere.has(key)

/** How many members of the step's own differ from the usual. */
export const ownChanges = (policy: PolicyBody): number =>
  Object.entries(policy)
    .filter(isOwn)
    .reduce((sum, [, value]) => sum + leaves(value), 0)

/** The step's own as usual; what other steps decided stays. */
export const withoutOwn = (policy: PolicyBody): PolicyBody =>
  Object.fromEntries(Object.entries(policy).filter((entry) => !isOwn(entry))) as PolicyBody
