/** What people do at the tills, by the hour: no event of its own, the same whenever somebody looks. */
import type { Status } from '../../src/device/contract.ts'
import { hashed } from './random.ts'
import type { Device, Store } from './shapes.ts'
import { DAY, HOUR, MINUTE, wallAt } from './wall.ts'

/** People are at it, by their own habits. */
export const tradesAt = (store: Store, at: number): boolean =>
  store.trading.some(({ from, to }) => from <= at && at < to)

/** When it closed last; undefined: it trades, or closed before the simulated days. */
function closedAt(store: Store, at: number): number | undefined {
  let last: number | undefined
  for (const { from, to } of store.trading) {
    if (from <= at && at < to) return undefined
    if (to <= at) last = to
  }
  return last
}

/** At night most tills of a shop that never closes stand unused. */
function isStaffed(device: Device, at: number): boolean {
  const wall = wallAt(device.store.habits.timeZone, at)
  const hour = (wall % DAY) / HOUR
  if (hour >= 6 && hour < 22.5) return true
  return hashed(device.index, Math.floor((wall - 12 * HOUR) / DAY), 1) < 0.15
}

/** Most shifts end soon after the shop does; a few stay open until morning, or until somebody remembers. */
function shiftEnd(device: Device, closed: number): number {
  const draw = hashed(device.index, closed / MINUTE, 2)
  if (draw < 0.012) return closed + 12 * HOUR
  if (draw < 0.03) return closed + (1 + 4 * hashed(device.index, closed / MINUTE, 3)) * HOUR
  return closed + draw * 25 * MINUTE
}

interface Use {
  readonly activity: Status['activity']
  readonly shiftOpen: boolean
  readonly cashier: 'none' | 'person' | 'selfCheckout'
}
const unused: Use = { activity: 'idle', shiftOpen: false, cashier: 'none' }

function whileTrading(device: Device, at: number): Use {
  if (!isStaffed(device, at)) return unused
  const draw = hashed(device.index, Math.floor(at / (2 * MINUTE)), 4)
  const activity = draw < 0.4 ? 'receipt' : draw < 0.45 ? 'payment' : draw < 0.47 ? 'technicalBreak' : 'idle'
  return { activity, shiftOpen: true, cashier: device.kind === 'till' ? 'person' : 'selfCheckout' }
}

/** A stocktaking, a late return, a till that does not know what it does. */
function whileClosed(device: Device, at: number, closed: number): Use {
  const draw = hashed(device.index, Math.floor(at / (5 * MINUTE)), 5)
  const activity = draw < 0.004 ? 'receipt' : draw < 0.005 ? 'unknown' : draw < 0.006 ? 'service' : 'idle'
  const end = shiftEnd(device, closed)
  const shiftOpen = at < end && device.shiftClosedAt < closed
  return { activity, shiftOpen, cashier: shiftOpen && at < closed + 20 * MINUTE ? 'person' : 'none' }
}

export function useOf(device: Device, at: number): Use {
  if (device.kind === 'storeServer') return unused
  const closed = closedAt(device.store, at)
  if (tradesAt(device.store, at)) return whileTrading(device, at)
  return closed === undefined ? unused : whileClosed(device, at, closed)
}
