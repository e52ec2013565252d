/** What a row at its end says of its device, and what a shop finds in the morning. */
import { advance } from './device-install.ts'
import type { Device, Row, Store, World } from './shapes.ts'
import { healthOf } from './status.ts'

const describe = (device: Device, now: number): string => {
  const { version, install, armed } = device
  const isArmed = armed !== null && now < armed.until
  return `and the device runs ${version}, ${healthOf(device)}${install === null ? '' : `, ${install.phase}`}${isArmed ? ', armed' : ''}`
}

/** A till that its server brings along goes its own way. */
const isStill = ({ install, armed }: Device, now: number): boolean =>
  (install === null || install.cause === 'server') && (armed === null || now >= armed.until)

function agrees(row: Row, now: number): boolean {
  const { device, rollout } = row
  const isNew = device.version === row.package.version
  const isWayBack = rollout.kind === 'rollback'
  switch (row.state) {
    case 'succeeded':
      return isNew && device.health === 'healthy' && device.install === null && isStill(device, now)
    case 'rolledBack':
      return !isNew && healthOf(device) === 'healthy' && isStill(device, now)
    case 'broken':
      return device.health === 'unhealthy' && isStill(device, now)
    default:
      if (row.carried || isWayBack) return isStill(device, now)
      return !isNew && device.health === 'healthy' && isStill(device, now)
  }
}

export function brokenEnd(world: World, row: Row): string | undefined {
  const { device, state, reason } = row
  const now = world.agenda.now()
  advance(world, device)
  const needsReason = state !== 'succeeded' && state !== 'cancelled'
  if (needsReason && row.rollout.kind === 'update' && reason === null) return 'without a reason'
  return agrees(row, now) ? undefined : describe(device, now)
}

export interface Morning {
  /** No till sells, and it is ours. */
  readonly isClosed: boolean
  /** Tills that do not sell because of us. */
  readonly notReady: readonly Device[]
  readonly inTheMiddle: readonly Device[]
}

/**
 * At its opening. Not ours: what has no power, was blocked, in reserve or broken before, what lost its power in the
 * middle of an installation, and what follows its server only now, because it was switched off all night.
 */
export function atOpening(world: World, store: Store): Morning {
  const now = world.agenda.now()
  for (const device of store.devices) advance(world, device)
  const isThere = (one: Device): boolean =>
    one.hasPower && now >= one.awayUntil && !one.blocked && !one.inReserve
  const isOurs = ({ install }: Device): boolean =>
    install === null || (!install.wasCut && install.cause !== 'server')
  const tills = store.devices.filter((one) => one.kind === 'till' && isThere(one))
  const selling = tills.filter((one) => one.install === null && one.health === 'healthy')
  const notReady = tills.filter((one) => !selling.includes(one) && isOurs(one))
  const inTheMiddle = store.devices.filter((one) => isThere(one) && one.install !== null && isOurs(one))
  return { isClosed: selling.length === 0 && notReady.length > 0, notReady, inTheMiddle }
}
