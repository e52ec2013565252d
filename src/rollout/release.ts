/** How many of the due steps may begin now: bounded per store and in all, fair over the stores. Pure. */
import type { DeviceStep } from './due.ts'

export interface DueStep {
  readonly updateId: string
  readonly storeId: string
  readonly step: DeviceStep
}

export interface StoreLoad {
  readonly downloads: number
  readonly installs: number
  readonly maxDownloads: number
  readonly maxInstalls: number
}

/** Steps that end an installation or look after a device in danger are never held back by a store's limit. */
const limitOf = { download: 'downloads', activate: 'installs' } as const satisfies Partial<
  Record<DeviceStep, keyof StoreLoad>
>
const isLimited = (step: DeviceStep): step is keyof typeof limitOf => Object.hasOwn(limitOf, step)

const urgency: Record<DeviceStep, number> = {
  rollback: 0,
  disarm: 1,
  restart: 2,
  observe: 3,
  activate: 4,
  verify: 5,
  download: 6,
}

/** Takes from each store in turn, its most urgent first. */
function roundRobin<T extends DueStep>(dueSteps: readonly T[]): T[] {
  const byStore = new Map<string, T[]>()
  for (const one of dueSteps) byStore.set(one.storeId, [...(byStore.get(one.storeId) ?? []), one])
  const queues = [...byStore.values()].map((steps) => steps.sort((a, b) => urgency[a.step] - urgency[b.step]))
  const longest = Math.max(0, ...queues.map((steps) => steps.length))
  return Array.from({ length: longest }, (_, turn) => queues.flatMap((steps) => steps[turn] ?? [])).flat()
}

/**
 * @param loads what already runs in each store of `dueSteps`
 * @param room how many steps may begin in all
 */
export function release<T extends DueStep>(
  dueSteps: readonly T[],
  loads: ReadonlyMap<string, StoreLoad>,
  room: number,
): T[] {
  const running = new Map([...loads].map(([id, load]) => [id, { ...load }]))
  const released: T[] = []
  for (const one of roundRobin(dueSteps)) {
    if (released.length >= room) break
    const load = running.get(one.storeId)
    if (load === undefined) continue
    if (isLimited(one.step)) {
      const counter = limitOf[one.step]
      const limit = counter === 'downloads' ? load.maxDownloads : load.maxInstalls
      if (load[counter] >= limit) continue
      load[counter] += 1
    }
    released.push(one)
  }
  return released
}
