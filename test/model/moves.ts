/** Every move the world can make; faults spend the budget. */
import { conductorMoves } from './conductor-moves.ts'
import type { Core } from './core.ts'
import { deviceMoves } from './device-moves.ts'
import type { Move } from './move.ts'
import { personMoves } from './person-moves.ts'
import type { Setting } from './setting.ts'
import { hoursPass, timeMoves } from './time-moves.ts'
import { workerMoves } from './worker-moves.ts'
import type { World } from './world.ts'

const isRunning = ({ kind }: Move): boolean => kind === 'progress' || kind === 'device' || kind === 'time'

export function movesOf(core: Core, setting: Setting, world: World): Move[] {
  const others = [
    ...workerMoves(core, setting, world),
    ...timeMoves(core, setting, world),
    ...deviceMoves(world),
    ...personMoves(core, setting, world),
  ]
  const all = [
    ...conductorMoves(core, setting, world),
    ...(setting.onlyConductorsFail ? others.filter(({ kind }) => kind !== 'fault') : others),
  ]
  if (!all.some(isRunning)) all.push(...hoursPass(setting, world))
  if (world.faultsLeft === 0) return all.filter(({ kind }) => kind !== 'fault')
  const faultsLeft = world.faultsLeft - 1
  return all.map((move) => (move.kind === 'fault' ? { ...move, world: { ...move.world, faultsLeft } } : move))
}
