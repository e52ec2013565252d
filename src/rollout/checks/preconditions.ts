/**
 * Whether a device may be restarted: docs/preconditions.md is the table. Pure.
 * A null where a rule applies is a warning with `unknown: true`: unknown is never "all in order".
 */
import type { Policy, PreconditionCode } from '../policy.ts'
import { checks } from './precondition-checks.ts'
import type { DeviceFacts, Found, Params, PreconditionContext } from './precondition-facts.ts'

/** The device refuses these by itself, so a policy cannot lower them. */
export const neverLowered = ['tillBlocked', 'receiptOpen'] as const satisfies readonly PreconditionCode[]

export type FindingCode = PreconditionCode | 'activityUnknown'

export interface Finding {
  readonly code: FindingCode
  readonly level: 'block' | 'warn'
  /** JSON: numbers and texts of the device, for the words of a person. */
  readonly params: Params
}

export interface Checked {
  /** At most one per code; those that block are first, and the first of them is the reason. */
  readonly findings: readonly Finding[]
  /** Nothing blocks but its open shift, and the policy closes that: close it, and check everything again. */
  readonly closeShift: boolean
}

const codes = Object.keys(checks) as PreconditionCode[]

function levelOf(code: PreconditionCode, rules: Policy['preconditions']): 'block' | 'warn' | 'off' {
  return (neverLowered as readonly PreconditionCode[]).includes(code) ? 'block' : rules[code].level
}

/** What a closing of the shift puts right. */
const endsWithShift: ReadonlySet<FindingCode> = new Set<FindingCode>(['shiftOpen', 'shiftExpired'])

function findingOf(code: PreconditionCode, facts: DeviceFacts, context: PreconditionContext): Finding[] {
  const level = levelOf(code, context.rules)
  if (level === 'off') return []
  const seen: Found | undefined = checks[code](facts, context, context.rules[code])
  if (seen === undefined) return []
  if (seen.passed === 'warnLimit') return [{ code, level: 'warn', params: seen.params }]
  if (willBeClosed(facts, context) && endsWithShift.has(code))
    return [{ code, level: 'warn', params: { ...seen.params, willBeClosed: true } }]
  return [{ code, level, params: seen.params }]
}

const willBeClosed = ({ shift }: DeviceFacts, { closeShift }: PreconditionContext): boolean =>
  closeShift === 'auto' && shift?.open === true

/** Nobody can tell what it does: it counts as in use. No policy lowers that either. */
const activityFinding = ({ activity }: DeviceFacts): Finding[] =>
  activity === 'unknown' ? [{ code: 'activityUnknown', level: 'block', params: {} }] : []

const blocks = ({ level }: Finding): boolean => level === 'block'

function findingsOf(
  among: readonly PreconditionCode[],
  facts: DeviceFacts,
  context: PreconditionContext,
): Finding[] {
  const all = [...activityFinding(facts), ...among.flatMap((code) => findingOf(code, facts, context))]
  return [...all.filter(blocks), ...all.filter((finding) => !blocks(finding))]
}

/** All that is found. Facts of an earlier look may be checked too: the evening list does. */
export function checkPreconditions(facts: DeviceFacts, context: PreconditionContext): Checked {
  const findings = findingsOf(codes, facts, context)
  return { findings, closeShift: willBeClosed(facts, context) && !findings.some(blocks) }
}

/** The reason for which a device waits, or undefined: nothing blocks. */
export const blockingCode = (findings: readonly Finding[]): FindingCode | undefined =>
  findings.find(blocks)?.code

/** What somebody at the till may have done since it was armed. */
const sinceArming = [...neverLowered, 'technicalBreak', 'cashierSignedIn', 'shiftOpen'] as const

/**
 * Looked at once more before the restart, and receipt, payment and block again by the device, in one piece with it.
 * No shift is closed any more: one that was opened since is somebody's.
 */
export const checkBeforeRestart = (
  facts: DeviceFacts,
  context: PreconditionContext,
): FindingCode | undefined =>
  blockingCode(findingsOf(sinceArming, facts, { ...context, closeShift: 'never' }))
