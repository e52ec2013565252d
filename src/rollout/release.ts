/** How many of the due steps may begin now: bounded per store, by its lanes, by the ramp and in all; fair over the stores. Pure. */
import type { DeviceStep } from './due.ts'
import { type LaneView, mayClose, type Trading } from './lanes.ts'
import type { Policy } from './policy.ts'

export interface DueStep {
  readonly updateId: string
  readonly deviceId: string
  readonly storeId: string
  readonly rolloutId: string
  readonly step: DeviceStep
  /** It takes a till from the customers: an installation, or the way back of one that sells. */
  readonly closesLane: boolean
  /** Milliseconds since 1970; null: nothing presses. The store with the least time left is first. */
  readonly latestStart: number | null
  readonly lanePolicy: Policy['lanes']
}

export interface StoreLoad {
  readonly downloads: number
  readonly installs: number
  readonly maxDownloads: number
  readonly maxInstalls: number
  /** Every lane of the store while it trades; null: it is closed, and lanes do not bind. */
  readonly lanes: readonly LaneView[] | null
  readonly trading: Trading
}

interface Running {
  downloads: number
  installs: number
  lanes: readonly LaneView[] | null
}

const urgency: Record<DeviceStep, number> = {
  rollback: 0,
  disarm: 1,
  restart: 2,
  observe: 3,
  activate: 4,
  verify: 5,
  download: 6,
}
const rank = (one: DueStep): number => (one.closesLane ? urgency.activate : urgency[one.step])
const slack = (one: DueStep): number => one.latestStart ?? Number.POSITIVE_INFINITY

/** Takes from each store in turn, its most urgent first; among stores, the one that must begin soonest. */
function roundRobin<T extends DueStep>(dueSteps: readonly T[]): T[] {
  const byStore = new Map<string, T[]>()
  for (const one of dueSteps) {
    const steps = byStore.get(one.storeId)
    if (steps === undefined) byStore.set(one.storeId, [one])
    else steps.push(one)
  }
  const queues = [...byStore.values()].map((steps) => ({
    steps: steps.sort((a, b) => rank(a) - rank(b) || slack(a) - slack(b)),
    slack: Math.min(...steps.map(slack)),
  }))
  // Infinity - Infinity is no number.
  queues.sort((a, b) => (a.slack === b.slack ? 0 : a.slack - b.slack))
  const longest = Math.max(0, ...queues.map(({ steps }) => steps.length))
  return Array.from({ length: longest }, (_, turn) => queues.flatMap(({ steps }) => steps[turn] ?? [])).flat()
}

const close = (lanes: readonly LaneView[], deviceId: string): LaneView[] =>
  lanes.map((lane) => (lane.deviceId === deviceId ? { ...lane, isOpen: false } : lane))

/** Whether the store has room for it; if so, what runs there afterwards. Steps that look after a device in danger always have. */
function taken(one: DueStep, running: Running, load: StoreLoad): Running | undefined {
  if (one.step === 'download') {
    return running.downloads < load.maxDownloads
      ? { ...running, downloads: running.downloads + 1 }
      : undefined
  }
  if (!one.closesLane) return running
  if (running.installs >= load.maxInstalls) return undefined
  if (running.lanes !== null && !mayClose(running.lanes, one.deviceId, one.lanePolicy, load.trading))
    return undefined
  return {
    ...running,
    installs: running.installs + 1,
    lanes: running.lanes && close(running.lanes, one.deviceId),
  }
}

export interface Room {
  /** Steps that may begin in all. */
  readonly total: number
  /** Installations that may begin now, by rollout; one that is not named has no ramp. */
  readonly ramp: ReadonlyMap<string, number>
}

/** @param loads what already runs in each store of `dueSteps` */
export function release<T extends DueStep>(
  dueSteps: readonly T[],
  loads: ReadonlyMap<string, StoreLoad>,
  room: Room,
): T[] {
  const running = new Map<string, Running>(loads)
  const ramp = new Map(room.ramp)
  const released: T[] = []
  for (const one of roundRobin(dueSteps)) {
    if (released.length >= room.total) break
    const load = loads.get(one.storeId)
    const now = running.get(one.storeId)
    if (load === undefined || now === undefined) continue
    const rampLeft = one.closesLane ? ramp.get(one.rolloutId) : undefined
    if (rampLeft !== undefined && rampLeft < 1) continue
    const after = taken(one, now, load)
    if (after === undefined) continue
    running.set(one.storeId, after)
    if (rampLeft !== undefined) ramp.set(one.rolloutId, rampLeft - 1)
    released.push(one)
  }
  return released
}
