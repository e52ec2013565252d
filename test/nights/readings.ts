/** What the conductor reads of rows and stores, in the words of the core: src/db/claims.ts, loads.ts and conductor/times.ts. */

import type { RestingRow } from '../../src/rollout/decide.ts'
import type { ServerProgress } from '../../src/rollout/due.ts'
import { isLaneKind, isLaneOpen, type LaneView, type Trading } from '../../src/rollout/lanes.ts'
import type { StoreLoad } from '../../src/rollout/release.ts'
import { isTerminalUpdate, laneClosedStates } from '../../src/rollout/states.ts'
import type { InstallTime } from '../../src/rollout/time/calendar.ts'
import type { Device, Rollout, Row, Store, World } from './shapes.ts'

/** src/db/claims.ts SERVER */
export function serverOf(row: Row): ServerProgress {
  const { rollout, carried, device, store } = row
  if (device.kind === 'storeServer' || (!carried && rollout.serverPackage === null)) return 'ok'
  const server = rollout.serverRows.get(store)
  if (
    server === undefined ||
    server.state === 'succeeded' ||
    server.reason === 'notNeeded' ||
    server.reason === 'versionLower'
  )
    return 'ok'
  return isTerminalUpdate(server.state) ? 'failed' : 'behind'
}

export function restingOf(row: Row): RestingRow {
  const { device, store, package: own, carried } = row
  const kept = carried || row.rollout.kind === 'rollback' ? undefined : store.packages.get(own.id)
  return {
    id: row.id,
    rolloutId: row.rollout.id,
    deviceId: device.id,
    storeId: store.id,
    state: row.state,
    generation: row.generation,
    reason: row.reason,
    waveReleased: row.wave.releasedAt !== null,
    server: serverOf(row),
    storePackageState: kept?.state ?? 'present',
    storePackageReason: kept?.reason ?? null,
    storePackageAttempts: kept?.attempts ?? 0,
    attempts: row.attempts,
    notBefore: row.notBefore,
    armedUntil: row.armedUntil,
    carried,
    mustBeClosed: device.kind === 'storeServer' && own.updatesTills,
  }
}

/** Kept until it may change, as times.ts does. */
export function timeOf(world: World, rollout: Rollout, store: Store, mustBeClosed: boolean): InstallTime {
  const now = world.agenda.now()
  const key = mustBeClosed ? `${store.id}:closed` : store.id
  const known = rollout.times.get(key)
  if (known !== undefined && now < known.until) return known
  const { freezes, core } = world
  const { policy, need } = rollout
  const times = {
    group: store.group,
    present: store.calendar,
    approved: rollout.approved.get(store) ?? store.calendar,
  }
  const answer = core.installTimeOf({ storeId: store.id, times, freezes, policy, need, mustBeClosed, now })
  rollout.times.set(key, answer)
  return answer
}

export const tradingOf = (store: Store): Trading =>
  store.calendar.opening === 'always' ? 'always' : 'trading'

/** Its update is in a lane-closed state; one that its last update left broken is closed until another ends otherwise. */
const isBusyWithUs = ({ row, lastEnded }: Device): boolean =>
  (row !== null && laneClosedStates.has(row.state)) || lastEnded === 'broken'

const laneOf = (device: Device): LaneView => ({
  deviceId: device.id,
  kind: device.kind,
  isOpen: isLaneOpen({
    blocked: device.blocked,
    inReserve: device.inReserve,
    hasAddress: true,
    isReached: device.isReached,
    isBusyWithUs: isBusyWithUs(device),
    health: device.said.health,
    activity: device.said.activity,
  }),
})

export function loadOf(store: Store, isTrading: boolean): StoreLoad {
  const { downloads, installs, maxDownloads, maxInstalls, devices } = store
  const lanes = isTrading ? devices.filter((one) => isLaneKind(one.kind)).map(laneOf) : null
  return { downloads, installs, maxDownloads, maxInstalls, lanes, trading: tradingOf(store) }
}
