/**
 * What the head office writes of one row, abstracted from its SQL: src/db/transition.ts (moveUpdate, moveStorePackage),
 * src/db/leases.ts (takeClaim, expireLeases), src/db/updates.ts (requestRetry), src/workers/begin.ts.
 */
import { networkReasons, neverAgain, type ReasonCode, retryEventIn } from '../../src/rollout/reasons.ts'
import { isTerminalUpdate, nextState } from '../../src/rollout/states.ts'
import type { Core } from './core.ts'
import type { Setting } from './setting.ts'
import { type Job, type Moment, type Row, rowAt, type World, withRow } from './world.ts'

/** Counts are compared with the policy's two at most: higher ones are the same. */
const MAX_COUNT = 3
const count = (before: number, change: 'keep' | 'spend' | 'reset'): number =>
  change === 'reset' ? 0 : change === 'spend' ? Math.min(MAX_COUNT, before + 1) : before

export interface RowMove {
  readonly event: string
  readonly generation?: number
  readonly reason?: ReasonCode | null
  readonly attempts?: 'keep' | 'spend' | 'reset'
  readonly isBackingOff?: boolean
  readonly armedUntil?: Moment | null
}

/** moveUpdate; undefined: refused, nothing written. */
export function moveRow(core: Core, row: Row, move: RowMove): Row | undefined {
  const isStale = move.generation !== undefined && move.generation !== row.generation
  if (isStale && core.comparesGeneration) return undefined
  const state = nextState(core.updates, row.state, move.event)
  if (state === undefined) return undefined
  return {
    ...row,
    state,
    isLeased: false,
    isBegun: false,
    step: null,
    reason: move.reason === undefined ? row.reason : move.reason,
    attempts: count(row.attempts, move.attempts ?? 'keep'),
    isBackingOff: move.isBackingOff ?? false,
    armedUntil: move.armedUntil === undefined ? row.armedUntil : move.armedUntil,
    lost: lostAfter(row, move.event),
    isPutOff: false,
    isBeforeSample: false,
  }
}

/** The record of the attempt that this move ends: src/workers/step-context.ts lostAttempt. */
function lostAfter(row: Row, event: string): Row['lost'] {
  if (row.step === null || row.step === 'observe') return row.lost
  const isLost = event === 'contactLost' || event === 'leaseLost'
  const isDetached = row.step === 'restart' || row.step === 'rollback'
  return isLost && isDetached ? { step: row.step, generation: row.generation } : null
}

/** moveStorePackage */
export function moveStorePackage(
  core: Core,
  world: World,
  move: Omit<RowMove, 'armedUntil'> & { readonly generation: number },
): World | undefined {
  const row = world.storePackage
  if (move.generation !== row.generation && core.comparesGeneration) return undefined
  const state = nextState(core.storePackages, row.state, move.event)
  if (state === undefined) return undefined
  const storePackage = {
    ...row,
    state: state as World['storePackage']['state'],
    isLeased: false,
    isBegun: false,
    reason: move.reason === undefined ? row.reason : move.reason,
    attempts: count(row.attempts, move.attempts ?? 'keep'),
    isBackingOff: move.isBackingOff ?? false,
  }
  return { ...world, storePackage }
}

/** readWantedStorePackages */
export function wantsStorePackage({ policy }: Setting, world: World): boolean {
  const { state, isBackingOff, reason, attempts } = world.storePackage
  if (state !== 'absent' || isBackingOff || world.rollout !== 'running') return false
  if (reason !== null && neverAgain.includes(reason)) return false
  const isPatient = policy.offline === 'wait' && reason !== null && networkReasons.includes(reason)
  return (isPatient || attempts < policy.maxAttempts) && world.rows.some((row) => row.state === 'waiting')
}

/** expireLeases: one that nobody had begun is given back, the others are lost. */
export function expireLease(core: Core, world: World, target: number): World | undefined {
  const row = target === -1 ? world.storePackage : rowAt(world, target)
  if (!row.isLeased) return undefined
  const { generation } = row
  const lost = { event: 'leaseLost', generation, reason: 'leaseExpired', attempts: 'spend' } as const
  const isPutOff = core.unbegunReturns && 'isPutOff' in row && row.isPutOff
  const unbegun = { event: isPutOff ? 'putOff' : 'deferred', generation }
  const move = row.isBegun ? { ...lost, isBackingOff: true } : unbegun
  if (target === -1) return moveStorePackage(core, world, move)
  const moved = moveRow(core, rowAt(world, target), move)
  return moved && withRow(world, target, moved)
}

export type Begun =
  | { readonly is: 'taken'; readonly world: World }
  | { readonly is: 'stale' }
  | { readonly is: 'retry' }

/** src/workers/begin.ts and takeClaim */
export function begin(core: Core, world: World, job: Job): Begun {
  const row = job.target === -1 ? world.storePackage : rowAt(world, job.target)
  const isCurrent = row.generation === job.generation
  if (row.isLeased && isCurrent && (!row.isBegun || !core.takesOnce)) {
    const begun = { isBegun: true }
    if (job.target !== -1) return { is: 'taken', world: withRow(world, job.target, begun) }
    return { is: 'taken', world: { ...world, storePackage: { ...world.storePackage, ...begun } } }
  }
  if (!isCurrent || row.isLeased) return { is: 'stale' }
  const isAsked = job.isAgain || core.redeliveryRetries
  if (job.target === -1) return { is: isAsked && world.storePackage.state === 'absent' ? 'retry' : 'stale' }
  const isOver = isTerminalUpdate(row.state) && row.state !== 'succeeded'
  return { is: isAsked && isOver ? 'retry' : 'stale' }
}

/** requestRetry; undefined: refused. */
export function retryRow(core: Core, setting: Setting, world: World, target: number): World | undefined {
  if (world.rollout === 'cancelled' || world.rollout === 'stopping') return undefined
  const row = rowAt(world, target)
  const event = retryEventIn(setting.kind, row.state, row.reason)
  if (event === undefined) return undefined
  const moved = moveRow(core, row, { event, reason: null, attempts: 'reset' })
  if (moved === undefined) return undefined
  const isOver = world.rollout === 'finished'
  const rollout = isOver ? nextState(core.rollouts, 'finished', 'reopen') : world.rollout
  const next = withRow(world, target, { ...moved, lost: row.lost })
  const devices = next.devices.map((device, i) => (i === target ? { ...device, isSick: false } : device))
  const retried = { ...next, devices, rollout: (rollout ?? world.rollout) as World['rollout'] }
  return retryStorePackage(isOver ? { ...retried, isBreached: false } : retried)
}

/** retryStorePackage: tried anew where it is not there. */
export function retryStorePackage(world: World): World {
  const { storePackage } = world
  if (storePackage.state !== 'absent') return world
  return { ...world, storePackage: { ...storePackage, attempts: 0, reason: null, isBackingOff: false } }
}
