/** What src/db/transition.ts writes: one row moves, if its state and generation are as expected, with all that is counted of it. */
import { claimEvents, type DeviceStep } from '../../src/rollout/due.ts'
import { isReason, type ReasonCode, retryEvent } from '../../src/rollout/reasons.ts'
import {
  type DeviceUpdateEvent,
  type DeviceUpdateState,
  isTerminalUpdate,
  laneClosedStates,
  machines,
  nextState,
  type RolloutEvent,
  type RolloutState,
} from '../../src/rollout/states.ts'
import { poke } from './conductor.ts'
import { regroup } from './gates.ts'
import type { Rollout, Row, World } from './shapes.ts'
import { SECOND } from './wall.ts'

export interface Move {
  readonly generation?: number
  readonly reason?: string | null
  readonly attempts?: 'keep' | 'spend' | 'reset'
  readonly retryInSeconds?: number
  readonly claim?: { readonly generation: number; readonly step: DeviceStep }
  readonly armedUntil?: number | null
  readonly install?: { readonly latestStart: number | null }
}

/** src/db/state-lists.ts INSTALLING: takes one of the store's places. */
const takesPlace = (row: Row): boolean =>
  !row.carried && laneClosedStates.has(row.state) && !isTerminalUpdate(row.state)

function count(row: Row, change: 1 | -1): void {
  if (row.state === 'downloading') row.store.downloads += change
  if (takesPlace(row)) row.store.installs += change
}

export function touch(world: World, row: Row): void {
  row.rollout.isDirty = true
  poke(world)
  if (row.store.isDirty) return
  row.store.isDirty = true
  world.dirty.add(row.store)
}

/** The record of the attempt that this move ends. */
function endRun(row: Row, event: string, now: number): void {
  const { step } = row
  if (step === null) return
  if (step !== 'observe') row.lastRun = { step, generation: row.generation, outcome: event, endedAt: now }
  if (event !== 'deferred') row.triedSince = null
  row.step = null
}

function begins(row: Row, { claim, install }: Move, now: number): void {
  if (install !== undefined) {
    row.latestStart = install.latestStart
    row.installAt = now
    row.rollout.starts.push(now)
  }
  if (claim === undefined) return
  if (row.triedSince?.step !== claim.step) row.triedSince = { step: claim.step, at: now }
  row.generation = claim.generation
  row.step = claim.step
  row.claimedAt = now
}

const isSuccess = (row: Row, state: DeviceUpdateState): boolean =>
  state === (row.rollout.kind === 'rollback' ? 'rolledBack' : 'succeeded')

function enters(world: World, row: Row, before: DeviceUpdateState, now: number): void {
  const { state, rollout, device, store } = row
  const wasOver = isTerminalUpdate(before)
  const isOver = isTerminalUpdate(state)
  if (isSuccess(row, before)) rollout.successes -= 1
  if (isSuccess(row, state)) rollout.successes += 1
  row.finishedAt = isOver ? now : null
  if (wasOver === isOver) return
  rollout.live += isOver ? -1 : 1
  if (isOver) {
    store.live.splice(store.live.indexOf(row), 1)
    device.row = null
    device.lastEnded = state
    world.checks.ended(row)
  } else {
    store.live.push(row)
    device.row = row
  }
}

/** False: it was elsewhere, or of another generation, and nothing was written. */
export function moveRow(world: World, row: Row, event: DeviceUpdateEvent, move: Move): boolean {
  if (move.generation !== undefined && move.generation !== row.generation) return false
  const state = nextState(world.core.updates, row.state, event) as DeviceUpdateState | undefined
  if (state === undefined) return false
  const now = world.agenda.now()
  const before = row.state
  count(row, -1)
  if (move.claim === undefined) endRun(row, event, now)
  else row.claimedFrom = before
  row.state = state
  row.isLeased = move.claim !== undefined
  row.isBegun = false
  if (move.reason !== undefined) row.reason = move.reason
  row.attempts = move.attempts === 'reset' ? 0 : row.attempts + (move.attempts === 'spend' ? 1 : 0)
  row.notBefore = move.retryInSeconds === undefined ? null : now + move.retryInSeconds * SECOND
  if (move.armedUntil !== undefined) row.armedUntil = move.armedUntil
  if (event === 'verified') row.isVerified = true
  if (event === 'claimDownload') row.isVerified = false
  begins(row, move, now)
  count(row, 1)
  world.tell(row.store, row.device, event, state, row.reason)
  enters(world, row, before, now)
  const isOpenAgain = laneClosedStates.has(before) && !laneClosedStates.has(state) && !isTerminalUpdate(state)
  if (isOpenAgain) world.checks.rests(row)
  regroup(row)
  touch(world, row)
  return true
}

export function claimRow(
  world: World,
  row: Row,
  step: DeviceStep,
  install: Move['install'] | undefined,
): number | undefined {
  const generation = row.device.generation + 1
  const claim = { generation, step }
  const made = moveRow(world, row, claimEvents[step], {
    claim,
    ...(install === undefined ? {} : { install }),
  })
  if (!made) return undefined
  row.device.generation = generation
  world.counters.claims += 1
  return generation
}

export function moveRollout(
  world: World,
  rollout: Rollout,
  event: RolloutEvent,
  reason: string | null,
): boolean {
  const state = nextState(machines.rollout, rollout.state, event) as RolloutState | undefined
  if (state === undefined) return false
  world.tell(null, null, `rollout ${rollout.id}: ${event}`, reason ?? '')
  rollout.state = state
  rollout.reason = reason
  touchAll(world, rollout)
  return true
}

/** Something changed for all of its rows. */
export function touchAll(world: World, rollout: Rollout): void {
  rollout.isDirty = true
  poke(world)
  for (const store of rollout.stores) {
    store.isDirty = true
    world.dirty.add(store)
  }
}

/** src/db/updates.ts requestRetry */
export function retryRow(world: World, row: Row): boolean {
  const { rollout, device, store } = row
  if (rollout.state === 'cancelled' || rollout.state === 'stopping') return false
  if (device.row !== null) return false
  const reason: ReasonCode | null = row.reason !== null && isReason(row.reason) ? row.reason : null
  if (!moveRow(world, row, retryEvent(row.state, reason), { reason: null, attempts: 'reset' })) return false
  row.asked += 1
  const kept = store.packages.get(row.package.id)
  if (kept?.state === 'absent') Object.assign(kept, { attempts: 0, notBefore: null, reason: null })
  if (rollout.state === 'finished') moveRollout(world, rollout, 'reopen', null)
  return true
}
