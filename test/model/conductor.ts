/**
 * What the conductor reads, decides and writes: src/conductor/tick.ts, judge-waves.ts and times.ts over src/db/claims.ts,
 * loads.ts and waves.ts. It decides by the real judgeRows, judgeWaves and release, or by a mutation's.
 */

import type { Circumstances, RestingRow } from '../../src/rollout/decide.ts'
import { claimEvents } from '../../src/rollout/due.ts'
import type { DueStep, StoreLoad } from '../../src/rollout/release.ts'
import {
  type DeviceUpdateState,
  isActiveUpdate,
  isTerminalUpdate,
  laneClosedStates,
  nextState,
} from '../../src/rollout/states.ts'
import type { InstallTime } from '../../src/rollout/time/calendar.ts'
import type { Core } from './core.ts'
import { judgedWaves, waveOf, writeWave } from './gates.ts'
import { moveRow, wantsStorePackage } from './office.ts'
import type { Setting } from './setting.ts'
import {
  type Decision,
  type Job,
  type Row,
  type RowClaim,
  rowAt,
  type World,
  type Written,
  withRow,
} from './world.ts'

const STORE = 'store'
const ROLLOUT = 'rollout'
const NOW = 1_000_000_000
const FAR = 8.64e15

const isLaneClosed = (state: string): boolean => (laneClosedStates as ReadonlySet<string>).has(state)
const isLive = (world: World): boolean => ['running', 'paused', 'stopping'].includes(world.rollout)

function installTime({ trading, hasClock }: Setting, { hour }: World): InstallTime {
  const isTrading = trading !== null
  if (hour !== 'early')
    return {
      may: false,
      because: hour === 'late' ? 'windowTooShort' : 'windowClosed',
      at: null,
      isTrading,
      until: NOW,
    }
  const latestStart = hasClock ? NOW + 1000 : FAR
  return { may: true, latestStart, deadline: latestStart, isTrading, until: NOW }
}

function circumstances(setting: Setting, world: World): Circumstances {
  const { kind, policy, trading } = setting
  const ended = world.isNightOver ? { ...policy, endsAt: new Date(NOW).toISOString() } : policy
  return {
    now: NOW,
    terms: () => ({ kind, state: world.rollout, policy: ended }),
    installTime: () => installTime(setting, world),
    trading: () => trading ?? 'trading',
  }
}

const isEarlyRest = (state: string): boolean => ['waiting', 'downloaded', 'ready'].includes(state)

/** The WHERE of readCandidates: what is not read is not decided. */
function isRead(core: Core, setting: Setting, world: World, row: Row, target: number): boolean {
  if (row.isLeased || isTerminalUpdate(row.state)) return false
  if (isActiveUpdate(row.state)) return false
  if (!isEarlyRest(row.state)) return row.state === 'armed' || !row.isBackingOff
  if (world.rollout === 'stopping' || world.isNightOver) return true
  if (world.rollout !== 'running' || row.isBackingOff) return false
  const { state, reason } = world.storePackage
  if (row.state === 'waiting') return state === 'present' || (state === 'absent' && reason !== null)
  const isReleased = world.waves[waveOf(setting, target)]?.isReleased === true || !core.readsReleasedOnly
  return row.state !== 'ready' || (isReleased && world.hour === 'early')
}

const restingRow = (setting: Setting, world: World, row: Row, target: number): RestingRow => ({
  id: String(target),
  rolloutId: ROLLOUT,
  deviceId: String(target),
  storeId: STORE,
  carried: false,
  mustBeClosed: false,
  state: row.state as DeviceUpdateState,
  generation: row.generation,
  reason: row.reason,
  waveReleased: world.waves[waveOf(setting, target)]?.isReleased ?? false,
  server: 'ok',
  storePackageState: world.storePackage.state,
  storePackageReason: world.storePackage.reason,
  storePackageAttempts: world.storePackage.attempts,
  attempts: row.attempts,
  notBefore: row.isBackingOff ? NOW + 1000 : null,
  armedUntil: row.armedUntil === null ? null : row.armedUntil === 'ahead' ? NOW + 1000 : NOW,
})

/** readLoads */
function loadOf({ maxInstalls, trading }: Setting, world: World): StoreLoad {
  const installing = world.rows.filter(({ state }) => isLaneClosed(state) && !isTerminalUpdate(state))
  const lanes = world.rows.map(({ state }, target) => ({
    deviceId: String(target),
    kind: 'till',
    isOpen: !isLaneClosed(state),
  }))
  return {
    downloads: world.rows.filter((row) => row.state === 'downloading').length,
    installs: installing.length,
    maxDownloads: 4,
    maxInstalls,
    lanes: trading === null ? null : lanes,
    trading: trading ?? 'trading',
  }
}

/** Every single thing that a look at the rows leads to. */
export function decide(core: Core, setting: Setting, world: World): Decision[] {
  if (!isLive(world)) return []
  const rows = world.rows.flatMap((row, target) =>
    isRead(core, setting, world, row, target) ? [restingRow(setting, world, row, target)] : [],
  )
  const { endings, wanted } = core.judgeRows(rows, circumstances(setting, world))
  const room = { total: 100, ramp: new Map<string, number>() }
  const judged = (id: string) => ({ target: Number(id), generation: rowAt(world, Number(id)).generation })
  const loads = new Map([[STORE, loadOf(setting, world)]])
  // Which row of a store is read first is no promise.
  const first = core.release(wanted, loads, room)
  const released = new Set([...first, ...core.release(wanted.toReversed(), loads, room)])
  return [
    ...judgedWaves(core, setting, world).map((wave) => ({ do: 'wave', wave, isOld: false }) as const),
    ...endings.map(({ id, event, reason }) => ({ do: 'end' as const, ...judged(id), event, reason })),
    ...[...released].map((one) => ({
      do: 'claim' as const,
      ...judged(one.updateId),
      step: one.step,
      rollout: one.rolloutState,
      closesLane: one.closesLane,
      latestStart: one.latestStart === null ? null : ('ahead' as const),
      trading: one.trading,
    })),
    ...(wantsStorePackage(setting, world) ? [{ do: 'distribute' } as const] : []),
  ]
}

/** Writes a decision as it finds the rows by then. Undefined: refused. */
export function carryOut(
  core: Core,
  setting: Setting,
  world: World,
  decision: Decision,
): Written | undefined {
  switch (decision.do) {
    case 'distribute':
      return claimStorePackage(core, world)
    case 'wave':
      return writeWave(core, setting, world, decision)
    case 'end': {
      const { target, event, reason, generation } = decision
      const named = core.decisionsNameGeneration ? { generation } : {}
      const moved = moveRow(core, rowAt(world, target), { event, reason, ...named })
      return moved && { world: withRow(world, target, moved), job: null }
    }
    case 'claim':
      return mayClaim(core, setting, world, decision) ? writeClaim(core, setting, world, decision) : undefined
  }
}

/** lockForUpdate and stillHasRoom: with the store locked, the rollout as it was judged by, and room. */
export function mayClaim(core: Core, setting: Setting, world: World, claim: RowClaim): boolean {
  if (core.claimSeesRollout && claim.rollout !== world.rollout) return false
  if (core.decisionsNameGeneration && claim.generation !== rowAt(world, claim.target).generation) return false
  if (!claim.closesLane || !core.claimCountsAgain) return true
  const load = loadOf(setting, world)
  const loads = new Map([[STORE, claim.trading === null ? { ...load, lanes: null } : load]])
  const one: DueStep = {
    updateId: String(claim.target),
    deviceId: String(claim.target),
    storeId: STORE,
    rolloutId: ROLLOUT,
    step: claim.step,
    closesLane: true,
    latestStart: null,
    lanePolicy: setting.policy.lanes,
  }
  return core.release([one], loads, { total: 1, ramp: new Map() }).length === 1
}

const jobOf = (target: number, generation: number, step: Job['step']): Job => ({
  target,
  generation,
  step,
  state: 'waiting',
  isAgain: false,
})

/** claimUpdate, once it may */
export function writeClaim(
  core: Core,
  { kind }: Setting,
  world: World,
  claim: RowClaim,
): Written | undefined {
  const { target, step, closesLane } = claim
  const row = rowAt(world, target)
  if (row.isLeased) return undefined
  const moved = moveRow(core, row, { event: claimEvents[step] })
  if (moved === undefined) return undefined
  const generation = row.generation + 1
  const claimed = {
    ...moved,
    generation,
    isLeased: true,
    step,
    lost: row.lost,
    // src/db/tries.ts claimedFrom
    isPutOff: kind === 'rollback' && step === 'rollback' && row.state === 'ready',
    ...(closesLane ? { latestStart: claim.latestStart } : {}),
  }
  return { world: withRow(world, target, claimed), job: jobOf(target, generation, step) }
}

function claimStorePackage(core: Core, world: World): Written | undefined {
  const row = world.storePackage
  if (nextState(core.storePackages, row.state, 'claim') === undefined) return undefined
  const generation = row.generation + 1
  const claimed = { state: 'uploading', isLeased: true, isBegun: false, isBackingOff: false } as const
  return {
    world: { ...world, storePackage: { ...row, ...claimed, generation } },
    job: jobOf(-1, generation, 'distribute'),
  }
}
