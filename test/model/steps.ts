/**
 * The steps of src/device/steps, abstracted: what a look at the device decides. Each function names the lines it stands
 * for; change them together. Waiting in a step is a move that is not possible yet.
 */
import { DeviceFailure } from '../../src/device/failure.ts'
import type { StepEnd } from '../../src/device/step.ts'
import { changedNothing } from '../../src/device/steps/operation.ts'
import type { DeviceStep } from '../../src/rollout/due.ts'
import type { Policy } from '../../src/rollout/policy.ts'
import type { ReasonCode } from '../../src/rollout/reasons.ts'
import { endOfFailure, endOfSuccess, type UpdateEnd } from '../../src/workers/attempt-end.ts'
import type { Device, End, Operation, Verb, Work } from './world.ts'

export type Seen =
  | { readonly is: 'goOn' }
  | { readonly is: 'wait' }
  | { readonly is: 'end'; readonly end: StepEnd }
  | { readonly is: 'thrown'; readonly reason: ReasonCode; readonly provesUnchanged?: true }

const goOn: Seen = { is: 'goOn' }
const wait: Seen = { is: 'wait' }
const thrown = (reason: ReasonCode): Seen => ({ is: 'thrown', reason })
const end = (event: StepEnd['event'], reason: ReasonCode | null = null): Seen => ({
  is: 'end',
  end: { event, reason },
})
/** An end that leaves the row's reason as it stands. */
const plainEnd = (event: StepEnd['event']): Seen => ({ is: 'end', end: { event } })

/** How steps of today differ from broken ones; the test takes one away at a time. */
export interface StepRules {
  /** observe raises the device's generation before it looks. */
  readonly observeFences: boolean
  /** disarm of a device that runs the new version ends in doubt. */
  readonly disarmDoubts: boolean
  /** restart judges a device that is not armed any more by its health. */
  readonly restartSeesHealth: boolean
  /** observe sends a device whose rollback was lost to the rollback again. */
  readonly observeKnowsRollback: boolean
  /** An arming is never asked for beyond the latest start. */
  readonly armsWithinTime: boolean
  /** A way back is not begun after the latest start: nothing on the device would keep it from that. */
  readonly wayBackChecksTime: boolean
}

export const stepsOfToday: StepRules = {
  observeFences: true,
  disarmDoubts: true,
  restartSeesHealth: true,
  observeKnowsRollback: true,
  armsWithinTime: true,
  wayBackChecksTime: true,
}

type DeviceWork = Work & { readonly step: DeviceStep }

const isUp = (device: Device): boolean => device.version === 'new' && device.health === 'ok'
const isBack = (device: Device): boolean => device.version === 'old' && device.health === 'ok'
const operationOf = (device: Device, generation: number): Operation | undefined =>
  device.operations.find((one) => one.generation === generation)
/** The real changedNothing, of what the device's record says. */
function isUnchanged({ state }: Operation): boolean {
  if (state !== 'untouched' && state !== 'expired') return false
  const reason = state === 'untouched' ? 'receiptOpen' : 'armingExpired'
  return changedNothing({ id: '', verb: '', generation: 0, state: 'failed', reason, detail: null })
}
const isFailed = ({ state }: Operation): boolean => state !== 'running' && state !== 'done'

/** may-begin.ts checkTime */
const isTooLate = (work: Work): boolean => work.latestStart === 'past'

/** steps/activate.ts observe */
function observeActivate(work: Work, device: Device): Seen {
  if (isUp(device)) return end('alreadyNew')
  if (device.staged !== 'good' && device.staged !== 'damaged') return end('fetchAgain', 'packageMissing')
  if (isTooLate(work)) return thrown('windowTooShort')
  return device.isSelling ? thrown('receiptOpen') : goOn
}

/** steps/restart.ts observe */
function observeRestart(work: Work, device: Device, rules: StepRules): Seen {
  if (isUp(device)) return end('healthy')
  if (!device.isArmed) return rules.restartSeesHealth ? unarmed(device) : end('notArmed', 'armingExpired')
  if (isTooLate(work)) return thrown('windowTooShort')
  return device.isSelling ? thrown('receiptOpen') : goOn
}

/** steps/restart.ts unarmed */
function unarmed(device: Device): Seen {
  if (device.health === 'bad') return end('unhealthy', 'healthFailed')
  if (device.version === 'new' || device.health === 'starting') return thrown('deviceBusy')
  return end('notArmed', 'armingExpired')
}

/** steps/disarm.ts observe */
function observeDisarm(device: Device, rules: StepRules): Seen {
  if (device.version !== 'new') return goOn
  return rules.disarmDoubts ? end('contactLost', 'connectionLost') : thrown('connectionLost')
}

/** steps/rollback.ts waitBack; goOn: not back, and decided */
function waitBack(device: Device): Seen {
  if (isBack(device)) return plainEnd('reverted')
  return device.health === 'starting' ? wait : goOn
}

/** steps/way-back.ts observe, checkWayBack */
function observeWayBack(work: Work, device: Device): Seen {
  if (isBack(device)) return end('reverted')
  if (device.health === 'bad') return goOn
  if (device.health === 'starting') return thrown('deviceBusy')
  if (device.fate === 'noFormer') return end('putOff', 'rollbackUnsupported')
  if (isTooLate(work)) return end('putOff', 'windowTooShort')
  return device.isSelling ? end('putOff', 'receiptOpen') : goOn
}

/** steps/way-back.ts outcome */
function outcome(device: Device, otherwise: ReasonCode): Seen {
  if (device.health === 'starting') return wait
  if (isBack(device)) return end('reverted')
  return end(isUp(device) ? 'putOff' : 'beyondRepair', otherwise)
}

/** steps/observe.ts judge */
function judge(work: Work, device: Device, rules: StepRules): Seen {
  const { lost } = work
  const operation = lost === null ? undefined : operationOf(device, lost.generation)
  if (operation?.state === 'running') return thrown('deviceBusy')
  if (operation && isFailed(operation) && !isUnchanged(operation) && !work.isWayBack)
    return end('seenUnhealthy', 'healthFailed')
  if (device.health === 'starting') return thrown('deviceBusy')
  if (work.isWayBack) return judgeWayBack(device)
  if (device.version === 'new')
    return device.health === 'ok' ? end('seenNew') : end('seenUnhealthy', 'healthFailed')
  if (rules.observeKnowsRollback && lost?.step === 'rollback') return end('seenUnhealthy', 'healthFailed')
  if (device.health === 'bad') return end('seenBroken', 'healthFailed')
  return device.isArmed ? plainEnd('seenArmed') : end('seenReady')
}

/** steps/observe.ts judgeWayBack */
function judgeWayBack(device: Device): Seen {
  if (device.health !== 'ok') return end('seenUnhealthy', 'healthFailed')
  return device.version === 'new' ? end('seenReady') : end('seenReverted')
}

/** The first look of each step. Away: rollback waits for its limit, and goes on then; a way back is put off. */
export function observe(work: DeviceWork, device: Device, rules: StepRules): Seen {
  const isSilent = work.step === 'verify' || work.step === 'observe'
  const isPatient = work.step === 'rollback' && !work.isWayBack
  if (!device.isReachable && !isSilent) return isPatient ? goOn : thrown('connectionLost')
  switch (work.step) {
    case 'download':
      return device.staged === 'good' || device.staged === 'damaged' ? end('downloaded') : goOn
    case 'activate':
      return observeActivate(work, device)
    case 'restart':
      return observeRestart(work, device, rules)
    case 'disarm':
      return observeDisarm(device, rules)
    case 'rollback':
      return work.isWayBack ? observeWayBack(work, device) : waitBack(device)
    default:
      return goOn
  }
}

/** What a step does before it sends anything, in the moment of sending: steps/activate.ts act, steps/way-back.ts act. */
export function beforeSending(work: DeviceWork, device: Device, rules: StepRules): Seen {
  const sells = work.step === 'rollback' && work.isWayBack && device.health === 'ok'
  const checks = work.step === 'activate' || (sells && rules.wayBackChecksTime)
  return checks && isTooLate(work) ? thrown('windowTooShort') : goOn
}

/** What a step sends; undefined: it changes nothing on the device. */
export function commandOf(step: Work['step'], rules: StepRules): Verb | undefined {
  const verbs: Partial<Record<Work['step'], Verb>> = {
    download: 'downloadStart',
    activate: 'arm',
    restart: 'restart',
    disarm: 'disarm',
    rollback: 'rollback',
  }
  return step === 'observe' && rules.observeFences ? 'fence' : verbs[step]
}

/** steps/rollback.ts sendRollback: a refusal that ends the step instead of failing it. */
export function refusal(work: DeviceWork, device: Device, reason: ReasonCode): Seen {
  if (reason !== 'rollbackUnsupported') return thrown(reason)
  return work.isWayBack ? outcome(device, reason) : end('beyondRepair', reason)
}

/** steps/disarm.ts confirm */
function confirmDisarm(device: Device, rules: StepRules): Seen {
  if (device.isArmed) return thrown('contractViolation')
  const isDoubtful = device.version === 'new' || device.health !== 'ok'
  return rules.disarmDoubts && isDoubtful
    ? end('contactLost', 'healthFailed')
    : { is: 'end', end: { event: 'disarmed', armedUntil: null } }
}

/** steps/restart.ts confirm, confirmUp; a device at rest that is neither up nor unhealthy runs into the limit */
function confirmRestart(device: Device, generation: number): Seen {
  const operation = operationOf(device, generation)
  if (operation?.state === 'running') return wait
  if (operation === undefined) return thrown('contractViolation')
  if (isUnchanged(operation)) return { is: 'thrown', reason: 'receiptOpen', provesUnchanged: true }
  if (isFailed(operation)) return end('unhealthy', 'healthFailed')
  if (isUp(device)) return end('healthy')
  if (device.health === 'bad') return end('unhealthy', 'healthFailed')
  return device.phase === 'none' ? thrown('timedOut') : wait
}

/** steps/rollback.ts confirm, steps/way-back.ts confirm */
function confirmRollback(work: Work, device: Device): Seen {
  const operation = operationOf(device, work.generation)
  if (operation?.state === 'running') return wait
  if (work.isWayBack) return outcome(device, 'rollbackFailed')
  if (operation?.state === 'failed') return end('beyondRepair', 'rollbackFailed')
  const seen = waitBack(device)
  return seen.is === 'goOn' ? end('beyondRepair', 'rollbackFailed') : seen
}

/** The last look. Away: restart and rollback wait for their limit. */
export function confirm(work: DeviceWork, device: Device, rules: StepRules): Seen {
  const isPatient = work.step === 'restart' || work.step === 'rollback'
  if (!device.isReachable) return isPatient ? wait : thrown('connectionLost')
  switch (work.step) {
    case 'download':
      if (device.staged === 'running') return wait
      return device.staged === 'none' ? thrown('transferFailed') : end('downloaded')
    case 'verify':
      return device.staged === 'good' ? end('verified') : end('damaged', 'packageDamaged')
    case 'activate':
      return device.isArmed
        ? { is: 'end', end: { event: 'armed', reason: null, armedUntil: new Date(0) } }
        : thrown('armingExpired')
    case 'disarm':
      return confirmDisarm(device, rules)
    case 'restart':
      return confirmRestart(device, work.generation)
    case 'rollback':
      return confirmRollback(work, device)
    case 'observe':
      return judge(work, device, rules)
  }
}

/** steps/activate.ts armedFor, steps/observe.ts armedUntil: never beyond the latest start. */
function written(made: UpdateEnd, work: Work, rules: StepRules): End {
  const isArmed = made.event === 'seenArmed' || (made.armedUntil ?? null) !== null
  const until = work.latestStart === 'past' && rules.armsWithinTime ? 'past' : 'ahead'
  return {
    event: made.event,
    attempts: made.attempts,
    isBackingOff: made.retryInSeconds !== undefined,
    ...(made.reason === undefined ? {} : { reason: made.reason }),
    ...(made.armedUntil === null ? { armedUntil: null } : {}),
    ...(isArmed ? { armedUntil: until } : {}),
  }
}

/** src/workers/device-job.ts attempt, with the real ends of an attempt */
export function endOf(
  work: DeviceWork,
  seen: Exclude<Seen, { is: 'goOn' } | { is: 'wait' }>,
  policy: Policy,
  rules: StepRules,
): End {
  const { attempts, step, hasActed: acted } = work
  if (seen.is === 'end') return written(endOfSuccess(seen.end, { attempts, policy }), work, rules)
  const error = new DeviceFailure(seen.reason, {
    mayHaveActed: acted,
    provesUnchanged: seen.provesUnchanged ?? false,
  })
  const failed = { acted, attempts, policy, ...(work.isPutOff ? { deferAs: 'putOff' as const } : {}) }
  return written(endOfFailure(step, error, failed), work, rules)
}
