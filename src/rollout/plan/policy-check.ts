/** What is wrong with a policy before anything is planned with it. Pure; never throws. */

import type { GatePolicy, Policy } from '../policy.ts'
import type { Freeze } from '../time/calendar.ts'
import { checkWindows } from '../time/calendar-check.ts'
import type { PlanProblem, PlanProblemCode } from './plan-types.ts'

type Check = readonly [path: string, value: unknown, isRight: boolean]

const isNumber = (value: number, from: number, to = Number.MAX_VALUE): boolean => value >= from && value <= to
const isWhole = (value: number, from: number): boolean => Number.isSafeInteger(value) && value >= from
/** No night lies outside; what does is a slip of the pen, and beyond what the time zone database can say. */
const isMoment = (text: string | null): boolean =>
  text === null || isNumber(Date.parse(text), Date.UTC(2000, 0), Date.UTC(2100, 0))
const MAX_NEED_SECONDS = 7 * 24 * 3600
const MAX_SOAK_MINUTES = 90 * 24 * 60

const failed = (code: PlanProblemCode, checks: readonly Check[]): PlanProblem[] =>
  checks.flatMap(([path, value, isRight]) => (isRight ? [] : [{ code, path, params: { value } }]))

const PERCENTS = ['successPercent', 'failurePercent', 'unreachablePercent', 'silentPercent'] as const

/** @param path of the gate, or of what a wave changes of it */
export function checkGate(gate: Partial<GatePolicy>, path: string): PlanProblem[] {
  const percents = PERCENTS.flatMap((name): Check[] => {
    const value = gate[name]
    return value === undefined ? [] : [[`${path}.${name}`, value, isNumber(value, 0, 100)]]
  })
  const { minimumSample: sample, soakMinutes: soak } = gate
  return [
    ...failed('thresholdInvalid', percents),
    ...failed('policyInvalid', [
      [`${path}.minimumSample`, sample, sample === undefined || isWhole(sample, 1)],
      [`${path}.soakMinutes`, soak, soak === undefined || isNumber(soak, 0, MAX_SOAK_MINUTES)],
    ]),
  ]
}

function percentChecks({ lanes, rollBackWave }: Policy): Check[] {
  const back = rollBackWave?.failedPercent ?? 0
  return [
    ['policy.lanes.till.percent', lanes.till.percent, isNumber(lanes.till.percent, 0, 100)],
    [
      'policy.lanes.selfCheckout.percent',
      lanes.selfCheckout.percent,
      isNumber(lanes.selfCheckout.percent, 0, 100),
    ],
    ['policy.rollBackWave.failedPercent', back, isNumber(back, 0, 100)],
  ]
}

function numberChecks(policy: Policy): Check[] {
  const { need, lanes, rollBackWave } = policy
  const count = rollBackWave?.failedCount ?? 1
  return [
    ['policy.maxAttempts', policy.maxAttempts, isWhole(policy.maxAttempts, 1)],
    ['policy.backoffScale', policy.backoffScale, policy.backoffScale > 0],
    ['policy.armSeconds', policy.armSeconds, isNumber(policy.armSeconds, 1)],
    ['policy.restartSeconds', policy.restartSeconds, isNumber(policy.restartSeconds, 1)],
    ['policy.need.installSeconds', need.installSeconds, isNumber(need.installSeconds, 1, MAX_NEED_SECONDS)],
    ['policy.need.confirmSeconds', need.confirmSeconds, isNumber(need.confirmSeconds, 0, MAX_NEED_SECONDS)],
    [
      'policy.need.rollbackSeconds',
      need.rollbackSeconds,
      isNumber(need.rollbackSeconds, 0, MAX_NEED_SECONDS),
    ],
    ['policy.need.marginSeconds', need.marginSeconds, isNumber(need.marginSeconds, 0, MAX_NEED_SECONDS)],
    ['policy.lanes.till.count', lanes.till.count, isWhole(lanes.till.count, 0)],
    ['policy.lanes.selfCheckout.count', lanes.selfCheckout.count, isWhole(lanes.selfCheckout.count, 0)],
    ['policy.rollBackWave.failedCount', count, isWhole(count, 1)],
  ]
}

function rampChecks({ ramp }: Policy): Check[] {
  if (ramp === null) return []
  return [
    ['policy.ramp.startPerMinute', ramp.startPerMinute, ramp.startPerMinute > 0],
    ['policy.ramp.growth', ramp.growth, isNumber(ramp.growth, 1)],
    ['policy.ramp.everySuccesses', ramp.everySuccesses, isWhole(ramp.everySuccesses, 1)],
    ['policy.ramp.maxPerMinute', ramp.maxPerMinute, ramp.maxPerMinute >= ramp.startPerMinute],
  ]
}

function timeChecks({ preloadFrom, startsAt, endsAt }: Policy): Check[] {
  const isInOrder = startsAt === null || endsAt === null || !(Date.parse(endsAt) <= Date.parse(startsAt))
  return [
    ['policy.preloadFrom', preloadFrom, isMoment(preloadFrom)],
    ['policy.startsAt', startsAt, isMoment(startsAt)],
    ['policy.endsAt', endsAt, isMoment(endsAt) && isInOrder],
  ]
}

/** A freeze is overridden for a reason, and only one that exists. */
function overrideChecks({ overrideFreezes }: Policy, freezes: readonly Freeze[]): Check[] {
  const ids = new Set(freezes.map((one) => one.id))
  return overrideFreezes.flatMap(({ freezeId, reason }, i): Check[] => [
    [`policy.overrideFreezes.${i}.freezeId`, freezeId, ids.has(freezeId)],
    [`policy.overrideFreezes.${i}.reason`, reason, reason.trim() !== ''],
  ])
}

const preconditionChecks = ({ preconditions }: Policy): Check[] =>
  Object.entries(preconditions).flatMap(([code, { limit = 0, warnLimit = 0 }]): Check[] => [
    [`policy.preconditions.${code}.limit`, limit, isNumber(limit, 0)],
    [`policy.preconditions.${code}.warnLimit`, warnLimit, isNumber(warnLimit, 0)],
  ])

function windowProblems({ windows }: Policy): PlanProblem[] {
  if (windows === null) return []
  if (windows.every((one) => one.days.length === 0))
    return [{ code: 'windowNeverOpens', path: 'policy.windows', params: {} }]
  return checkWindows(windows, 'policy.windows').map(({ path, value }) => ({
    code: 'policyInvalid' as const,
    path,
    params: { value },
  }))
}

export function checkPolicy(policy: Policy, freezes: readonly Freeze[]): PlanProblem[] {
  return [
    ...checkGate(policy.gate, 'policy.gate'),
    ...failed('thresholdInvalid', percentChecks(policy)),
    ...failed('policyInvalid', [
      ...numberChecks(policy),
      ...rampChecks(policy),
      ...timeChecks(policy),
      ...overrideChecks(policy, freezes),
      ...preconditionChecks(policy),
    ]),
    ...windowProblems(policy),
  ]
}
