/** How long one installation takes at most. Pure. */
import type { InstallNeed } from '../time/calendar.ts'
import type { PlanInput, PlanPackage } from './plan-types.ts'

/** Measured installations before their p95 counts instead of the policy's numbers. */
export const MEASURED_SAMPLES = 20

export const isMeasured = ({ measured }: PlanPackage): boolean =>
  measured !== null && measured.samples >= MEASURED_SAMPLES

function needOf(one: PlanPackage, assumed: InstallNeed): InstallNeed {
  if (one.measured === null || !isMeasured(one)) return assumed
  return { ...assumed, installSeconds: one.measured.installSeconds, confirmSeconds: 0 }
}

const longer = (a: InstallNeed, b: InstallNeed): InstallNeed =>
  a.installSeconds + a.confirmSeconds >= b.installSeconds + b.confirmSeconds ? a : b

/** On the way back there is no way back any more: what takes time is the rollback itself. */
export function planNeed({ kind, package: own, serverPackage, policy }: PlanInput): InstallNeed {
  const { need } = policy
  if (kind === 'rollback') return { ...need, installSeconds: need.rollbackSeconds, rollbackSeconds: 0 }
  const first = needOf(own, need)
  return serverPackage === null ? first : longer(first, needOf(serverPackage, need))
}
