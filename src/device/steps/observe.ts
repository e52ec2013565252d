import type { ReasonCode } from '../../rollout/reasons.ts'
import * as commands from '../commands.ts'
import { downloadData, type Operation, type Status } from '../contract.ts'
import {
  type DeviceStepRules,
  isArmed,
  look,
  refuse,
  runsTarget,
  type StepContext,
  type StepEnd,
} from '../step.ts'
import { changedNothing, lookAtOperation } from './operation.ts'

const unhealthy = (reason: ReasonCode): StepEnd => ({ event: 'seenUnhealthy', reason })

/** The rest of the arming by the device's own clock, on ours; where it cannot be told it counts as over. */
function armedUntil({ now, latestStart }: StepContext, status: Status): Date {
  const rest = Date.parse(status.armed?.until ?? '') - Date.parse(status.clock ?? '')
  const end = Number.isFinite(rest) ? now() + rest : 0
  return new Date(latestStart === null ? end : Math.min(end, latestStart))
}

/** A device that was lost and has been starting for twice its time does not come up by itself. */
const isTooLong = ({ lost, now, policy }: StepContext): boolean =>
  lost !== undefined && now() - lost.at > 2 * policy.restartSeconds * 1000

/** A rollback that was asked for: a device that still sells with the version it is to leave is as it was before. */
function judgeWayBack(context: StepContext, status: Status): StepEnd {
  if (status.health !== 'healthy') return unhealthy('healthFailed')
  return runsTarget(context, status) ? { event: 'seenReady' } : { event: 'seenReverted', reason: null }
}

/**
 * What the device's own record and its present state prove. Nothing proven: look again later.
 * Back on the old version after a lost rollback is no fresh start: the rollback ends it, and it is not installed again.
 */
function judge(context: StepContext, status: Status, lost: Operation | undefined): StepEnd {
  if (lost?.state === 'running') throw refuse('deviceBusy', 'the operation still runs')
  const isWayBack = context.rolloutKind === 'rollback'
  if (lost?.state === 'failed' && !changedNothing(lost) && !isWayBack)
    return unhealthy(lost.reason ?? 'healthFailed')
  if (status.health === 'starting' || status.health === null || status.version === null) {
    if (isTooLong(context)) return unhealthy('healthFailed')
    throw refuse('deviceBusy', 'it is starting')
  }
  if (isWayBack) return judgeWayBack(context, status)
  if (runsTarget(context, status)) {
    return status.health === 'healthy' ? { event: 'seenNew', reason: null } : unhealthy('healthFailed')
  }
  if (context.lost?.step === 'rollback') return unhealthy('healthFailed')
  if (status.health === 'unhealthy') return { event: 'seenBroken', reason: 'healthFailed' }
  if (isArmed(context, status)) {
    return { event: 'seenArmed', armedUntil: armedUntil(context, status) }
  }
  return { event: 'seenReady' }
}

/**
 * Looks at a device that contact was lost with, or that a person asked to be tried again. Before it looks, it raises the
 * device's generation, so that what it sees stays: a command of the lost attempt that comes late (a stopped worker goes
 * on, a line held it up) is refused. `download stop` does that and changes nothing else: no download is wanted here.
 */
export const observe: DeviceStepRules = {
  observe: async () => undefined,
  act: async (context) => {
    await context.call(commands.downloadStop(context.claim), downloadData)
    return undefined
  },
  confirm: async (context) => {
    const lost = context.lost && (await lookAtOperation(context, context.lost.operation))
    if (context.lost !== undefined && lost === undefined) throw refuse('connectionLost')
    return judge(context, await look(context), lost)
  },
  deadlineSeconds: () => 120,
}
