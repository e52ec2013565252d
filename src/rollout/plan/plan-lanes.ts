/** Stores that can never spare a lane, found before the night. Pure. */

import { isLaneKind, type LaneKind, laneMinimum } from '../lanes.ts'
import type { Policy } from '../policy.ts'
import { groupBy } from './group-by.ts'
import type { PlanDevice, PlanProblem, PlanStore } from './plan-types.ts'

const SHOWN = 20

const minimumOf = ({ lanes, calendar }: PlanStore, kind: LaneKind, policy: Policy): number => {
  const trading = calendar.opening === 'always' ? 'always' : 'trading'
  return laneMinimum(lanes[kind].all, kind, policy.lanes, trading)
}

/** How many lanes of a kind may be closed together while the shop trades, when all the others sell. */
export const lanesToClose = (store: PlanStore, kind: LaneKind, policy: Policy): number =>
  Math.max(store.lanes[kind].inService - minimumOf(store, kind, policy), 0)

/** The kinds of these devices of one store of which no lane may ever be closed while the shop trades. */
export function keptKinds(devices: readonly PlanDevice[], store: PlanStore, policy: Policy): LaneKind[] {
  const kinds = new Set(devices.map((one) => one.kind))
  return [...kinds].filter(isLaneKind).filter((kind) => lanesToClose(store, kind, policy) === 0)
}

/** Certain before the night: a shop that never closes, or one whose hours nobody knows and that has fewer lanes than asked for. */
function isCertain(store: PlanStore, kind: LaneKind, policy: Policy): boolean {
  if (store.calendar.opening === 'always') return true
  return store.calendar.opening === null && policy.lanes[kind].count > Math.max(store.lanes[kind].all, 1)
}

/** Stores in which the policy's lanes forbid every installation. */
export function checkLanes(
  targets: readonly PlanDevice[],
  stores: ReadonlyMap<string, PlanStore>,
  policy: Policy,
): PlanProblem[] {
  const kept = [...groupBy(targets, (one) => one.storeId)].flatMap(([id, devices]) => {
    const store = stores.get(id)
    if (store === undefined) return []
    return keptKinds(devices, store, policy)
      .filter((kind) => isCertain(store, kind, policy))
      .map((kind) => ({
        store: store.code,
        kind,
        lanes: store.lanes[kind].inService,
        minimum: minimumOf(store, kind, policy),
      }))
  })
  if (kept.length === 0) return []
  return [
    {
      code: 'lanesImpossible',
      path: 'policy.lanes',
      params: { count: kept.length, stores: kept.slice(0, SHOWN) },
    },
  ]
}
