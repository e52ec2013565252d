/**
 * The conductor's tick over rows in memory: only stores and rollouts where something changed, or whose hour has come, are
 * looked at. Stands for src/conductor/tick.ts, times.ts and the claims of src/db/claims.ts.
 */
import { type Circumstances, dueNow, type Wanted } from '../../src/rollout/decide.ts'
import { rampRoom } from '../../src/rollout/ramp.ts'
import { isActiveUpdate } from '../../src/rollout/states.ts'
import { judgeRollout } from './gates.ts'
import { loadOf, restingOf, serverOf, timeOf, tradingOf } from './readings.ts'
import { claimRow, moveRollout, moveRow } from './rows.ts'
import type { Rollout, Row, Store, World } from './shapes.ts'
import { claimPackage, wantedPackages } from './uploads.ts'
import { MINUTE, SECOND } from './wall.ts'
import { deliver } from './workers.ts'

/** The real one looks every second; a few of its looks are one here. */
const TICK_MS = 4 * SECOND
const JUDGE_MS = MINUTE
/** Gates that changed are not judged more often. */
const JUDGE_AGAIN_MS = 8 * SECOND
/** What had no room is looked at again. */
const AGAIN_MS = 15 * SECOND
const NEVER = Number.POSITIVE_INFINITY

const byId = new WeakMap<World, Map<string, Store>>()
function storesById(world: World): Map<string, Store> {
  const known = byId.get(world)
  if (known !== undefined) return known
  const stores = new Map(world.stores.map((store) => [store.id, store]))
  byId.set(world, stores)
  return stores
}

function circumstances(world: World): Circumstances {
  const rollouts = new Map(world.rollouts.map((one) => [one.id, one]))
  const stores = storesById(world)
  const storeOf = (id: string): Store => stores.get(id) as Store
  return {
    now: world.agenda.now(),
    terms: (id) => rollouts.get(id),
    installTime: (rolloutId, storeId, mustBeClosed) =>
      timeOf(world, rollouts.get(rolloutId) as Rollout, storeOf(storeId), mustBeClosed),
    trading: (storeId) => tradingOf(storeOf(storeId)),
  }
}

const isLive = ({ state }: Rollout): boolean =>
  state === 'running' || state === 'paused' || state === 'stopping'

const sooner = (first: number, at: number, now: number): number => (at > now && at < first ? at : first)

/** When something may be due for a row that rests. */
function wakeOf(world: World, row: Row, now: number): number {
  const { rollout, store, state } = row
  let first = sooner(rollout.endsAt, rollout.preloadFrom, now)
  if (first <= now) first = NEVER
  if (row.notBefore !== null) first = sooner(first, row.notBefore, now)
  if (row.armedUntil !== null) first = sooner(first, row.armedUntil, now)
  if (row.carried || (state !== 'ready' && state !== 'armed')) return first
  const mustBeClosed = row.device.kind === 'storeServer' && row.package.updatesTills
  return sooner(first, timeOf(world, rollout, store, mustBeClosed).until, now)
}

const atRest = (row: Row): boolean => !row.isLeased && !isActiveUpdate(row.state) && isLive(row.rollout)

/** Where a store has no room left, release() would take none; what is at its end ends all the same. */
function mayBeDue(row: Row, now: number): boolean {
  const { rollout, store, state, carried } = row
  const { maxAttempts } = rollout.policy
  if (rollout.state === 'stopping' || rollout.endsAt <= now) return true
  if (rollout.state !== 'running' || (row.notBefore !== null && row.notBefore > now)) return false
  if (row.attempts >= maxAttempts || state === 'downloaded' || carried) return true
  if (state === 'ready') return store.installs < store.maxInstalls || serverOf(row) === 'failed'
  const kept = store.packages.get(row.package.id)?.state
  return kept !== 'uploading' && (kept !== 'present' || store.downloads < store.maxDownloads)
}

/** src/db/claims.ts readCandidates: rows for which something may be due. */
function isCandidate(row: Row, now: number): boolean {
  if (!atRest(row)) return false
  switch (row.state) {
    case 'waiting':
    case 'downloaded':
    case 'ready':
      return mayBeDue(row, now)
    case 'armed':
      return true
    default:
      return row.notBefore === null || row.notBefore <= now
  }
}

function wakeAt(world: World, store: Store, at: number): void {
  if (at >= store.wakeAt) return
  store.wakeAt = at
  world.agenda.at(at, () => {
    if (store.wakeAt !== at) return
    store.wakeAt = NEVER
    store.isDirty = true
    world.dirty.add(store)
    poke(world)
  })
}

function room(world: World): number {
  const now = world.agenda.now()
  const able = world.workers.filter((one) => one.isAlive && now >= one.frozenUntil)
  const capacity = able.reduce((sum, one) => sum + one.capacity, 0)
  const running = able.reduce((sum, one) => sum + one.running.size, 0)
  return Math.max(0, capacity - running)
}

function claimPackages(world: World, store: Store, left: number): number {
  const now = world.agenda.now()
  const { wanted, at } = wantedPackages(store, now)
  wakeAt(world, store, at)
  return wanted.slice(0, left).filter((kept) => claimPackage(world, kept)).length
}

function ramps(world: World): Map<string, number> {
  const since = world.agenda.now() - MINUTE
  return new Map(
    world.rollouts.flatMap((one) => {
      if (one.policy.ramp === null) return []
      one.starts.splice(0, one.starts.findLastIndex((at) => at <= since) + 1)
      return [[one.id, rampRoom(one.policy.ramp, one.successes, one.starts.length)] as const]
    }),
  )
}

function claimAll(
  world: World,
  wanted: readonly Wanted[],
  rows: ReadonlyMap<string, Row>,
  left: number,
): void {
  const trades = new Set(
    wanted.filter((one) => one.closesLane && one.trading !== null).map((one) => one.storeId),
  )
  const stores = storesById(world)
  const loads = new Map(
    [...new Set(wanted.map((one) => one.storeId))].map((id) => [
      id,
      loadOf(stores.get(id) as Store, trades.has(id)),
    ]),
  )
  const released = world.core.release(wanted, loads, { total: left, ramp: ramps(world) })
  for (const one of released) {
    const row = rows.get(one.updateId) as Row
    if (one.closesLane) world.checks.mayInstall(row, one.trading !== null)
    const install = one.closesLane ? { latestStart: one.latestStart } : undefined
    const generation = claimRow(world, row, one.step, install)
    if (generation !== undefined) deliver(world, row, generation)
  }
  if (released.length === wanted.length) return
  const at = world.agenda.now() + AGAIN_MS
  const taken = new Set(released)
  for (const one of wanted) if (!taken.has(one)) wakeAt(world, stores.get(one.storeId) as Store, at)
}

function judgeStores(world: World, stores: readonly Store[]): void {
  const now = world.agenda.now()
  const rows = new Map<string, Row>()
  for (const store of stores) {
    store.isDirty = false
    for (const row of store.live) if (isCandidate(row, now)) rows.set(row.id, row)
  }
  const candidates = [...rows.values()].map(restingOf)
  const { endings, wanted } = world.core.judgeRows(candidates, circumstances(world))
  for (const { id, event, reason } of endings) moveRow(world, rows.get(id) as Row, event, { reason })
  let left = room(world)
  for (const store of stores) left -= claimPackages(world, store, left)
  if (wanted.length > 0) claimAll(world, wanted, rows, left)
  for (const store of stores) {
    let first = NEVER
    for (const row of store.live) if (atRest(row)) first = Math.min(first, wakeOf(world, row, now))
    wakeAt(world, store, first)
  }
}

function endRollouts(world: World): void {
  for (const rollout of world.rollouts) {
    if (!isLive(rollout) || rollout.live > 0) continue
    moveRollout(world, rollout, rollout.state === 'stopping' ? 'stopped' : 'finish', null)
  }
}

function tick(world: World): void {
  const now = world.agenda.now()
  if (now < world.pausedUntil) {
    poke(world, world.pausedUntil)
    return
  }
  for (const rollout of world.rollouts) {
    const isDue = now >= rollout.judgedAt + (rollout.isDirty ? JUDGE_AGAIN_MS : JUDGE_MS)
    if (rollout.state === 'running' && isDue) judgeRollout(world, rollout)
  }
  const stores = [...world.dirty]
  world.dirty.clear()
  if (stores.length > 0) judgeStores(world, stores)
  endRollouts(world)
  const isOpen = world.rollouts.some((one) => one.state === 'running')
  if (world.dirty.size > 0) poke(world)
  else if (isOpen) poke(world, now + JUDGE_MS)
}

/** News within a tick are looked at together. */
export function poke(world: World, at = Math.floor(world.agenda.now() / TICK_MS) * TICK_MS + TICK_MS): void {
  if (at >= world.tickAt) return
  world.tickAt = at
  world.agenda.at(at, () => {
    if (world.tickAt !== at) return
    world.tickAt = NEVER
    tick(world)
  })
}

/** For what a row waits; undefined: something is due for it. */
export function whyItWaits(world: World, row: Row): string | undefined {
  const found = dueNow(restingOf(row), circumstances(world))
  return found === undefined
    ? 'its rollout does not run'
    : found.due.do === 'wait'
      ? found.due.for
      : undefined
}
