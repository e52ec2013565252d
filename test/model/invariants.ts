/** The promises of ARCHITECTURE.md as predicates over one state of the model, and over one move. */
import { isTerminalUpdate, laneClosedStates } from '../../src/rollout/states.ts'
import type { Core } from './office.ts'
import type { Device, Row, World } from './world.ts'

const isLaneClosed = (state: string): boolean => (laneClosedStates as ReadonlySet<string>).has(state)
const isQuiet = (device: Device): boolean => device.phase === 'none' && !device.isArmed
const isOld = (device: Device): boolean =>
  device.version === 'old' && device.health === 'ok' && isQuiet(device)

/** What a row at its end says of its device. */
function brokenEnd(row: Row, device: Device): string | undefined {
  const says = `${row.state}, and the device is ${device.version}, ${device.health}, ${device.phase}${device.isArmed ? ', armed' : ''}`
  switch (row.state) {
    case 'succeeded':
      return device.version === 'new' && device.health === 'ok' && isQuiet(device) ? undefined : says
    case 'rolledBack':
    case 'failed':
    case 'skipped':
    case 'cancelled':
      return isOld(device) ? undefined : says
    case 'broken':
      return isQuiet(device) ? undefined : says
    default:
      return undefined
  }
}

function brokenRow(row: Row, device: Device): string | undefined {
  const mayInstall = device.isArmed || ['stopping', 'starting', 'reverting'].includes(device.phase)
  if (mayInstall && !isLaneClosed(row.state))
    return `${row.state}, a lane that is open, and the device is ${device.isArmed ? 'armed' : device.phase}`
  const needsReason = ['failed', 'skipped', 'broken', 'rolledBack'].includes(row.state)
  if (needsReason && row.reason === null) return `${row.state} without a reason`
  return brokenEnd(row, device)
}

/** The first promise that this state breaks. */
export function broken(core: Core, world: World): string | undefined {
  for (const [at, row] of world.rows.entries()) {
    const device = world.devices[at]
    const wrong = device && brokenRow(row, device)
    if (wrong !== undefined) return `${at} is ${wrong}`
  }
  const installing = world.rows.filter((row) => ['activating', 'armed', 'restarting'].includes(row.state))
  if (installing.length > core.maxInstalls)
    return `${installing.length} devices of a store install at once; ${core.maxInstalls} may`
  return undefined
}

/** The promise that this very move breaks. */
export function brokenBy(before: World, after: World, isAsked: boolean): string | undefined {
  for (const [at, row] of before.rows.entries()) {
    const next = after.rows[at]
    if (next && isTerminalUpdate(row.state) && next.state !== row.state && !isAsked)
      return `${at} left ${row.state} for ${next.state}, and nobody had asked`
    const was = before.devices[at]
    const is = after.devices[at]
    if (was?.isSick && was.phase === 'none' && is?.phase === 'stopping' && is.phaseOf > 0)
      return `${at} is installed again after its restart had failed, and nobody had asked`
  }
  return undefined
}

/** Nothing more to do: every row and the rollout have ended. */
export const isOver = (world: World): boolean =>
  world.rows.every((row) => isTerminalUpdate(row.state)) &&
  (world.rollout === 'finished' || world.rollout === 'cancelled')
