/** Every move the world can make; faults spend the budget. */
import { conductorMoves } from './conductor-moves.ts'
import type { Core } from './core.ts'
import { deviceMoves } from './device-moves.ts'
import type { Move } from './move.ts'
import { personMoves } from './person-moves.ts'
import type { Setting } from './setting.ts'
import { timeMoves } from './time-moves.ts'
import { workerMoves } from './worker-moves.ts'
import type { World } from './world.ts'

export function movesOf(core: Core, setting: Setting, world: World): Move[] {
  const all = [
    ...conductorMoves(core, setting, world),
    ...workerMoves(core, setting, world),
    ...timeMoves(core, setting, world),
    ...deviceMoves(world),
    ...personMoves(core, setting, world),
  ]
  if (world.faultsLeft === 0) return all.filter((move) => move.kind !== 'fault')
  return all.map((move) =>
    move.kind === 'fault' ? { ...move, world: { ...move.world, faultsLeft: world.faultsLeft - 1 } } : move,
  )
}
