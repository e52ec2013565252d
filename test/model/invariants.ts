/** The promises of ARCHITECTURE.md as predicates over one state of the model, and over one move. */
import { isTerminalUpdate, laneClosedStates } from '../../src/rollout/states.ts'
import { rowsOf, waveOf } from './gates.ts'
import type { Setting } from './setting.ts'
import type { Decision, Device, Row, World } from './world.ts'

const isLaneClosed = (state: string): boolean => (laneClosedStates as ReadonlySet<string>).has(state)
const isQuiet = (device: Device): boolean => device.phase === 'none' && !device.isArmed
const runs = (device: Device, version: Device['version']): boolean =>
  device.version === version && device.health === 'ok' && isQuiet(device)
const tell = (device: Device): string =>
  `the device is ${device.version}, ${device.health}, ${device.phase}${device.isArmed ? ', armed' : ''}`

/** What a row at its end says of its device. */
function brokenEnd(kind: Setting['kind'], row: Row, device: Device): string | undefined {
  const former = kind === 'update' ? 'old' : 'new'
  const agrees: Record<string, boolean> = {
    succeeded: runs(device, 'new'),
    rolledBack: runs(device, 'old'),
    failed: runs(device, former),
    skipped: runs(device, former),
    cancelled: runs(device, former),
    broken: isQuiet(device),
  }
  return (agrees[row.state] ?? true) ? undefined : `${row.state}, and ${tell(device)}`
}

/** It may restart, or go back, without being told once more. */
const mayRestart = (device: Device): boolean => device.isArmed || device.phase !== 'none'

function brokenRow({ kind }: Setting, row: Row, device: Device): string | undefined {
  if (mayRestart(device) && !isLaneClosed(row.state))
    return `${row.state}, a lane that is open, and the device is ${device.isArmed ? 'armed' : device.phase}`
  const needsReason =
    ['failed', 'skipped', 'broken'].includes(row.state) || (row.state === 'rolledBack' && kind === 'update')
  if (needsReason && row.reason === null) return `${row.state} without a reason`
  return brokenEnd(kind, row, device)
}

/** Devices that serve nobody because of us: their rows hold a place, or they may restart, or they do not sell. */
function lanesClosed(world: World): number {
  return world.rows.filter((row, at) => {
    const device = world.devices[at]
    const holds = ['activating', 'armed', 'restarting'].includes(row.state) || row.isPutOff
    return holds || (device !== undefined && (mayRestart(device) || device.health !== 'ok'))
  }).length
}

function brokenStore({ maxInstalls, trading }: Setting, world: World): string | undefined {
  const installing = world.rows.filter((row) => ['activating', 'armed', 'restarting'].includes(row.state))
  if (installing.length > maxInstalls)
    return `${installing.length} devices of a store install at once; ${maxInstalls} may`
  const closed = trading === null ? 0 : lanesClosed(world)
  return closed > 0 && closed >= world.rows.length
    ? `${closed} of ${world.rows.length} lanes of a shop that trades are closed`
    : undefined
}

/** The first promise that this state breaks. */
export function broken(setting: Setting, world: World): string | undefined {
  for (const [at, row] of world.rows.entries()) {
    const device = world.devices[at]
    const wrong = device && brokenRow(setting, row, device)
    if (wrong !== undefined) return `till ${at + 1} is ${wrong}`
    if (world.hour !== 'early' && device?.isArmed && device.phase === 'none')
      return `till ${at + 1} is armed after its latest start`
    const isReleased = world.waves[waveOf(setting, at)]?.isReleased
    if (!isReleased && (row.state === 'activating' || (device && mayRestart(device))))
      return `till ${at + 1} is installed before its wave is released`
  }
  return brokenStore(setting, world)
}

const begins = (was: Device | undefined, is: Device | undefined): boolean =>
  was?.phase === 'none' && (is?.phase === 'stopping' || is?.phase === 'goingBack')

/** The promise that this very move breaks. */
export function brokenBy(
  { kind }: Setting,
  before: World,
  after: World,
  isAsked: boolean,
): string | undefined {
  for (const [at, row] of before.rows.entries()) {
    const next = after.rows[at]
    if (next && isTerminalUpdate(row.state) && next.state !== row.state && !isAsked)
      return `till ${at + 1} left ${row.state} for ${next.state}, and nobody had asked`
    const was = before.devices[at]
    const is = after.devices[at]
    if (!begins(was, is)) continue
    if (was?.isSick && is?.phase === 'stopping' && is.phaseOf > 0)
      return `till ${at + 1} is installed again after its restart had failed, and nobody had asked`
    const isWished = kind === 'rollback' && was?.health === 'ok'
    if (before.hour !== 'early' && (is?.phase === 'stopping' || isWished))
      return `till ${at + 1} begins ${kind === 'update' ? 'to install' : 'to go back'} after its latest start`
  }
  return undefined
}

/** Nothing is begun that nobody wants any more; a device that may not sell is looked after whatever was stopped. */
export function claimMistake({ kind }: Setting, world: World, decision: Decision): string | undefined {
  if (decision.do !== 'claim' || world.rollout === 'running') return undefined
  const { step, target } = decision
  const device = world.devices[target]
  const isWish = kind === 'rollback' && step === 'rollback' && device !== undefined && runs(device, 'new')
  const isBegin = ['download', 'verify', 'activate', 'restart'].includes(step)
  if (!isBegin && !isWish) return undefined
  return `${step} of till ${target + 1} is begun, and the rollout is ${world.rollout}`
}

/** A gate opens by itself only on its sample: counted here once more, from the rows alone. */
export function gateMistake(setting: Setting, world: World, decision: Decision): string | undefined {
  if (decision.do !== 'wave' || setting.gate === null) return undefined
  const { do: what, wave } = decision.wave
  if (what !== 'release' && what !== 'pass') return undefined
  const { minimumSample } = setting.gate
  for (const at of world.waves.keys()) {
    const isJudgedNow = what === 'pass' ? at === wave : at < wave && world.waves[at]?.isPassed === false
    if (!isJudgedNow) continue
    const rows = rowsOf(setting, world, at)
    const judged = rows.filter((row) => isJudged(row) && !row.isBeforeSample).length
    const sample = Math.min(minimumSample, rows.length)
    if (judged < sample)
      return `the gate of wave ${at + 1} opens on ${judged} judged; its sample is ${sample}`
  }
  return undefined
}
const isJudged = ({ state }: Row): boolean => ['succeeded', 'rolledBack', 'failed', 'broken'].includes(state)

/** Nothing more to do: every row and the rollout have ended. */
export const isOver = (world: World): boolean =>
  world.rows.every((row) => isTerminalUpdate(row.state)) &&
  (world.rollout === 'finished' || world.rollout === 'cancelled')
