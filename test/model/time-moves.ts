/** Time: back-offs and leases run out, the latest start and the window's end pass, the next night begins. */
import { isTerminalRollout } from '../../src/rollout/states.ts'
import type { Core } from './core.ts'
import { expireArming } from './device.ts'
import { isQueued, type Move, nameOf } from './move.ts'
import { expireLease } from './office.ts'
import type { Setting } from './setting.ts'
import { type Moment, rowAt, type World, withRow } from './world.ts'

const passed = (moment: Moment | null): Moment | null => (moment === 'ahead' ? 'past' : moment)

/** What was written down as the latest start, and as the end of an arming that was bounded by it, is over. */
function passLatestStart(core: Core, world: World): World {
  const { armsWithinTime } = core.steps
  const late = { latestStart: 'past' } as const
  return {
    ...world,
    hour: 'late',
    rows: world.rows.map((row) => ({
      ...row,
      latestStart: passed(row.latestStart),
      armedUntil: armsWithinTime ? passed(row.armedUntil) : row.armedUntil,
    })),
    workers: world.workers.map((work) => {
      if (work === null) return null
      const { end, latestStart } = work
      const isArming = end?.armedUntil === 'ahead' && armsWithinTime
      return {
        ...work,
        latestStart: passed(latestStart),
        end: isArming ? { ...end, armedUntil: 'past' as const } : end,
      }
    }),
    held: world.held.map((held) =>
      held === null ||
      held.is === 'claimed' ||
      held.decision.do !== 'claim' ||
      held.decision.latestStart === null
        ? held
        : ({ ...held, decision: { ...held.decision, ...late } } as typeof held),
    ),
    devices: world.devices.map((device) => (armsWithinTime ? expireArming(device, core.device) : device)),
  }
}

/** Commands are held up for minutes, and minutes are kept free before the end: none comes after the latest start. */
const latestStart = (core: Core, { hasClock }: Setting, world: World): Move[] =>
  hasClock && world.hour === 'early' && world.flights.length === 0 && !isTerminalRollout(world.rollout)
    ? [{ label: 'the latest start passes', kind: 'time', world: passLatestStart(core, world) }]
    : []

/** Hours pass only when everything else has come to rest: the window ends, the next night begins. */
export function hoursPass({ hasClock }: Setting, world: World): Move[] {
  if (!hasClock || isTerminalRollout(world.rollout)) return []
  if (world.hour === 'late')
    return [{ label: 'the window ends', kind: 'time', world: { ...world, hour: 'closed' } }]
  if (world.hour === 'closed')
    return [{ label: 'the next night begins', kind: 'time', world: { ...world, hour: 'early' } }]
  return []
}

/** A lease whose holder lives runs out only when something is wrong. */
function leaseMoves(core: Core, world: World, target: number): Move[] {
  const row = target === -1 ? world.storePackage : rowAt(world, target)
  const moves: Move[] = []
  if (row.isBackingOff && !row.isLeased) {
    const isBackingOff = false
    const storePackage = { ...world.storePackage, isBackingOff }
    const rested = target === -1 ? { ...world, storePackage } : withRow(world, target, { isBackingOff })
    moves.push({ label: `the back-off of ${nameOf(target)} is over`, kind: 'time', world: rested })
  }
  const isHeld = world.workers.some((work) => work?.target === target && work.generation === row.generation)
  const expired = expireLease(core, world, target)
  if (expired)
    moves.push({
      label: `the lease of ${nameOf(target)} runs out${isHeld ? ' under its worker' : ''}`,
      kind: isHeld || isQueued(world, target, row.generation) ? 'fault' : 'time',
      world: expired,
    })
  return moves
}

/** Of gates: all but the soak has been fulfilled for long enough. */
const soakMoves = (world: World): Move[] =>
  world.waves.flatMap((wave, at): Move[] => {
    if (wave.fulfilled !== 'now' || wave.isPassed) return []
    const waves = world.waves.map((one, i) => (i === at ? { ...one, fulfilled: 'soaked' as const } : one))
    return [{ label: `the soak of wave ${at + 1} is over`, kind: 'time', world: { ...world, waves } }]
  })

export const timeMoves = (core: Core, setting: Setting, world: World): Move[] => [
  ...latestStart(core, setting, world),
  ...soakMoves(world),
  ...[...world.rows.keys(), -1].flatMap((target) => leaseMoves(core, world, target)),
]
