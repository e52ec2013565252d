/** Lanes, counted without src/rollout/lanes.ts: what stays open to customers when this device is taken from them. */
import { isTerminalUpdate, laneClosedStates } from '../../src/rollout/states.ts'
import type { Device, Row } from './shapes.ts'
import { isTrading } from './wall.ts'

/** As far as the head office can know. */
function sells({ blocked, inReserve, isReached, said, row, lastEnded }: Device): boolean {
  const isOurs = row !== null && !isTerminalUpdate(row.state) && laneClosedStates.has(row.state)
  const servesNobody = said.activity === 'technicalBreak' || said.activity === 'service'
  return (
    !blocked &&
    !inReserve &&
    isReached &&
    said.health === 'healthy' &&
    !servesNobody &&
    !isOurs &&
    lastEnded !== 'broken'
  )
}

/** Why this device may not be taken now; undefined: it may, or the shop is closed. */
export function tooFewLanes({ device, store, rollout }: Row, now: number): string | undefined {
  const approved = rollout.approved.get(store) ?? store.calendar
  const { kind } = device
  if (kind === 'storeServer' || (!isTrading(store.calendar, now) && !isTrading(approved, now)))
    return undefined
  const lanes = store.devices.filter((one) => one.kind === kind)
  const { count, percent } = rollout.policy.lanes[kind]
  const all = lanes.length
  const kept = kind === 'till' || all > 1 ? 1 : 0
  const half = store.calendar.opening === 'always' ? all - Math.max(1, Math.floor(all / 2)) : 0
  const least = Math.max(count, Math.ceil((percent * all) / 100 - 1e-9), kept, half)
  const left = lanes.filter((one) => one !== device && sells(one)).length
  return left < least ? `and ${left} of ${all} lanes stay open, ${least} must` : undefined
}
