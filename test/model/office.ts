/**
 * What the head office writes, abstracted from its SQL: src/db/transition.ts (move), src/db/claims.ts (claims, loads,
 * wanted store packages, unbegun), src/db/leases.ts (takeClaim, expireLeases), src/db/updates.ts (requestRetry),
 * src/workers/begin.ts. The tables and decisions are the real ones, or a mutation's.
 */
import { claimEvents, type DeviceStep, type Due, type DueSnapshot } from '../../src/rollout/due.ts'
import type { Policy } from '../../src/rollout/policy.ts'
import { neverAgain, type ReasonCode, retryEvent } from '../../src/rollout/reasons.ts'
import type { DueStep, StoreLoad } from '../../src/rollout/release.ts'
import { isTerminalUpdate, type Machine, nextState } from '../../src/rollout/states.ts'
import type { DeviceRules } from './device.ts'
import type { StepRules } from './steps.ts'
import { type Decision, type Job, type Row, rowAt, type World, withRow } from './world.ts'

/** Everything that is checked; a mutation breaks one part of it. */
export interface Core {
  readonly updates: Machine
  readonly rollouts: Machine
  readonly storePackages: Machine
  readonly due: (snapshot: DueSnapshot) => Due
  readonly release: (
    dueSteps: readonly DueStep[],
    loads: ReadonlyMap<string, StoreLoad>,
    room: number,
  ) => DueStep[]
  readonly steps: StepRules
  readonly device: DeviceRules
  /** begin takes a job that was delivered again for a person's retry. */
  readonly redeliveryRetries: boolean
  /** begin lets only the first taker of a generation have it. */
  readonly takesOnce: boolean
  /** A move needs the row's generation. */
  readonly comparesGeneration: boolean
  /** A claim is refused when the rollout was paused or stopped since it was decided. */
  readonly claimSeesRollout: boolean
  /** A conductor without the lock cannot write. */
  readonly lockIsConnection: boolean
  readonly policy: Policy
  readonly maxInstalls: number
}

const STORE = 'store'
export const NOW = 1_000_000

/** Counts are compared with the policy's three at most: higher ones are the same. */
const MAX_COUNT = 4
const count = (before: number, change: 'keep' | 'spend' | 'reset'): number =>
  change === 'reset' ? 0 : change === 'spend' ? Math.min(MAX_COUNT, before + 1) : before

export interface RowMove {
  readonly event: string
  readonly generation?: number
  readonly reason?: ReasonCode | null
  readonly attempts?: 'keep' | 'spend' | 'reset'
  readonly isBackingOff?: boolean
  readonly armedUntil?: 'later' | 'over' | null
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
  }
}

/** The record of the attempt that this move ends: src/workers/device-job.ts lostAttempt. */
function lostAfter(row: Row, event: string): Row['lost'] {
  if (row.step === null || row.step === 'observe') return row.lost
  const isLost = event === 'contactLost' || event === 'leaseLost'
  const isDetached = row.step === 'restart' || row.step === 'rollback'
  return isLost && isDetached ? { step: row.step, generation: row.generation } : null
}

const snapshotOf = (core: Core, world: World, row: Row): DueSnapshot => ({
  state: row.state as DueSnapshot['state'],
  reason: row.reason,
  rolloutState: world.rollout,
  waveReleased: true,
  storePackageState: world.storePackage.state,
  storePackageReason: world.storePackage.reason,
  storePackageAttempts: world.storePackage.attempts,
  attempts: row.attempts,
  notBefore: row.isBackingOff ? NOW + 1000 : null,
  armedUntil: row.armedUntil === null ? null : row.armedUntil === 'later' ? NOW + 1000 : NOW,
  now: NOW,
  policy: world.isNightOver ? { ...core.policy, endsAt: new Date(NOW).toISOString() } : core.policy,
})

const lanes = new Set([
  'activating',
  'armed',
  'restarting',
  'disarming',
  'unhealthy',
  'rollingBack',
  'inDoubt',
])

const loadOf = (core: Core, world: World): StoreLoad => ({
  downloads: world.rows.filter((row) => row.state === 'downloading').length,
  installs: world.rows.filter((row) => lanes.has(row.state)).length,
  maxDownloads: 4,
  maxInstalls: core.maxInstalls,
})

/** src/conductor/tick.ts: every single thing that a look at the rows leads to. */
export function decide(core: Core, world: World): Decision[] {
  if (!['running', 'paused', 'stopping'].includes(world.rollout)) return []
  const live = world.rows.flatMap((row, target) =>
    row.isLeased ? [] : [{ target, due: core.due(snapshotOf(core, world, row)) }],
  )
  const ends = live.filter(({ due }) => due.do === 'end')
  const steps = live.flatMap(({ target, due }): DueStep[] =>
    due.do === 'claim' ? [{ updateId: String(target), storeId: STORE, step: due.step }] : [],
  )
  const released = core.release(steps, new Map([[STORE, loadOf(core, world)]]), 100)
  const distributes = { target: -1, due: { do: 'distribute' as const } }
  const claims = released.map(({ updateId, step }) => ({
    target: Number(updateId),
    due: { do: 'claim' as const, step },
  }))
  return [...ends, ...claims, ...(wantsStorePackage(core, world) ? [distributes] : [])].map((one) => ({
    ...one,
    rollout: world.rollout,
  }))
}

/** readWantedStorePackages */
function wantsStorePackage(core: Core, world: World): boolean {
  const { state, isBackingOff, reason, attempts } = world.storePackage
  if (state !== 'absent' || isBackingOff || world.rollout !== 'running') return false
  if (reason !== null && neverAgain.includes(reason)) return false
  return attempts < core.policy.maxAttempts && world.rows.some((row) => row.state === 'waiting')
}

/** Writes a decision as it finds the rows by then; the job is what is to be enqueued. Undefined: refused. */
export function carryOut(
  core: Core,
  world: World,
  decision: Decision,
): { world: World; job: Job | null } | undefined {
  const { target, due } = decision
  if (due.do === 'distribute') return claimStorePackage(core, world)
  const row = rowAt(world, target)
  if (due.do === 'end') {
    const moved = moveRow(core, row, { event: due.event, reason: due.reason })
    return moved === undefined ? undefined : { world: withRow(world, target, moved), job: null }
  }
  const stands = decision.rollout === world.rollout || !core.claimSeesRollout
  return due.do === 'claim' && stands ? claimRow(core, world, target, due.step) : undefined
}

const jobOf = (target: number, generation: number, step: Job['step']): Job => ({
  target,
  generation,
  step,
  state: 'waiting',
  isAgain: false,
})

function claimRow(core: Core, world: World, target: number, step: DeviceStep) {
  const row = rowAt(world, target)
  if (row.isLeased) return undefined
  const moved = moveRow(core, row, { event: claimEvents[step] })
  if (moved === undefined) return undefined
  const generation = row.generation + 1
  const claimed = { ...moved, generation, isLeased: true, step, lost: row.lost }
  return { world: withRow(world, target, claimed), job: jobOf(target, generation, step) }
}

function claimStorePackage(core: Core, world: World) {
  const row = world.storePackage
  const state = nextState(core.storePackages, row.state, 'claim')
  if (state === undefined) return undefined
  const generation = row.generation + 1
  const storePackage = {
    ...row,
    state: 'uploading' as const,
    generation,
    isLeased: true,
    isBegun: false,
    isBackingOff: false,
  }
  return { world: { ...world, storePackage }, job: jobOf(-1, generation, 'distribute') }
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

/** expireLeases: one that nobody had begun is given back, the others are lost. */
export function expireLease(core: Core, world: World, target: number): World | undefined {
  const row = target === -1 ? world.storePackage : rowAt(world, target)
  if (!row.isLeased) return undefined
  const { generation } = row
  const move = row.isBegun
    ? {
        event: 'leaseLost',
        generation,
        reason: 'leaseExpired',
        attempts: 'spend',
        isBackingOff: true,
      }
    : { event: 'deferred', generation, attempts: 'keep' }
  if (target === -1) return moveStorePackage(core, world, move as Parameters<typeof moveStorePackage>[2])
  const moved = moveRow(core, rowAt(world, target), move as RowMove)
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
export function retryRow(core: Core, world: World, target: number): World | undefined {
  if (world.rollout === 'cancelled' || world.rollout === 'stopping') return undefined
  const row = rowAt(world, target)
  const moved = moveRow(core, row, {
    event: retryEvent(row.state, row.reason),
    reason: null,
    attempts: 'reset',
  })
  if (moved === undefined) return undefined
  const rollout =
    world.rollout === 'finished' ? nextState(core.rollouts, 'finished', 'reopen') : world.rollout
  const next = withRow(world, target, { ...moved, lost: row.lost })
  const devices = next.devices.map((device, i) => (i === target ? { ...device, isSick: false } : device))
  return retryStorePackage({ ...next, devices, rollout: (rollout ?? world.rollout) as World['rollout'] })
}

/** retryStorePackage: tried anew where it is not there. */
export function retryStorePackage(world: World): World {
  const { storePackage } = world
  if (storePackage.state !== 'absent') return world
  return { ...world, storePackage: { ...storePackage, attempts: 0, reason: null, isBackingOff: false } }
}
