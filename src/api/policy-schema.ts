/** A policy as it comes in: every member may be left out, at every depth. rollout/policy-check.ts knows what contradicts what. */
import { z } from 'zod'
import { type Policy, type PreconditionCode, preconditionCodes } from '../rollout/policy.ts'
import { weeklySpan } from './calendar-schema.ts'
import { coded, text } from './schemas.ts'

const DAY_SECONDS = 24 * 3600
const MANY = 1_000_000

const percent = z
  .number()
  .refine((value) => value >= 0 && value <= 100, coded('thresholdInvalid'))
  .optional()
const seconds = (min: number) => z.int().min(min).max(DAY_SECONDS).optional()
const count = (min: number) => z.int().min(min).max(MANY).optional()
const factor = (min: number, max: number) => z.number().min(min).max(max).optional()
const moment = z.iso.datetime({ offset: true }).nullable().optional()

/** What a wave may change of it, too. */
export const gate = z.strictObject({
  successPercent: percent,
  failurePercent: percent,
  minimumSample: count(1),
  unreachablePercent: percent,
  silentPercent: percent,
  soakMinutes: z
    .number()
    .min(0)
    .max(60 * 24 * 14)
    .optional(),
  approval: z.boolean().optional(),
})

const laneMinimum = z.strictObject({ count: count(0), percent }).optional()
const rule = z
  .strictObject({
    level: z.enum(['block', 'warn', 'off']).optional(),
    limit: factor(0, 1e15),
    warnLimit: factor(0, 1e15),
  })
  .optional()
const rules = Object.fromEntries(preconditionCodes.map((code) => [code, rule])) as Record<
  PreconditionCode,
  typeof rule
>

export const policyBody = z.strictObject({
  maxAttempts: z.int().min(1).max(100).optional(),
  backoffScale: factor(0.001, 100),
  offline: z.enum(['wait', 'skip']).optional(),
  armSeconds: seconds(1),
  restartSeconds: seconds(1),
  preloadFrom: moment,
  startsAt: moment,
  endsAt: moment,
  windows: z.array(weeklySpan).max(50).nullable().optional(),
  overrideFreezes: z
    .array(z.strictObject({ freezeId: z.uuid(), reason: text(500) }))
    .max(100)
    .optional(),
  need: z
    .strictObject({
      installSeconds: seconds(1),
      confirmSeconds: seconds(0),
      rollbackSeconds: seconds(0),
      marginSeconds: seconds(0),
    })
    .optional(),
  lanes: z.strictObject({ till: laneMinimum, selfCheckout: laneMinimum }).optional(),
  gate: gate.optional(),
  ramp: z
    .strictObject({
      startPerMinute: z.number().positive().max(MANY),
      growth: z.number().min(1).max(1000),
      everySuccesses: z.int().min(1).max(MANY),
      maxPerMinute: z.number().positive().max(MANY),
    })
    .nullable()
    .optional(),
  preconditions: z.strictObject(rules).optional(),
  closeShift: z.enum(['never', 'ask', 'auto']).optional(),
  twoPersons: z.boolean().optional(),
  rollBackWave: z
    .strictObject({ failedPercent: percent.unwrap(), failedCount: count(1).unwrap() })
    .nullable()
    .optional(),
})
export type PolicyBody = z.output<typeof policyBody>

const isBranch = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function merge(under: unknown, over: unknown): unknown {
  if (over === undefined) return under
  if (!isBranch(over) || !isBranch(under)) return over
  const keys = new Set([...Object.keys(under), ...Object.keys(over)])
  return Object.fromEntries([...keys].map((key) => [key, merge(under[key], over[key])]))
}

const NIGHTS_MS = 14 * 24 * 3600_000
const HOUR_MS = 3600_000

/** A fortnight, up to the full hour: who asks twice within an hour gets the same plan, and the same hash. */
function fortnight(from: number): string {
  return new Date(Math.ceil((from + NIGHTS_MS) / HOUR_MS) * HOUR_MS).toISOString()
}

/** What is given over what holds otherwise, member by member, at every depth. */
export const mergePolicy = (under: Policy, given: PolicyBody | undefined): Policy =>
  merge(under, given ?? {}) as Policy

/**
 * A new rollout's policy: `endsAt` left out is 14 days after now, or after startsAt.
 * @param now milliseconds since 1970
 */
export function newPolicy(under: Policy, given: PolicyBody | undefined, now: number): Policy {
  const merged = mergePolicy(under, given)
  if (given?.endsAt !== undefined) return merged
  const startsAt = merged.startsAt === null ? now : Date.parse(merged.startsAt)
  return { ...merged, endsAt: fortnight(Math.max(now, startsAt)) }
}
