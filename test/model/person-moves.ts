/** What people ask for: src/db/rollouts.ts (steerRollout, endRollouts), retries from page and board, skips, releases. */
import { isTerminalUpdate, nextState } from '../../src/rollout/states.ts'
import { isRolloutLocked } from './conductor-moves.ts'
import type { Core } from './core.ts'
import { releaseWave, withNewSample } from './gates.ts'
import { type Move, type MoveKind, nameOf } from './move.ts'
import { moveRow, retryRow } from './office.ts'
import type { Setting } from './setting.ts'
import { rowAt, type World, withRow } from './world.ts'

const asked = (world: World): World => ({ ...world, requestsLeft: world.requestsLeft - 1 })

function steer(core: Core, world: World, event: string, kind: MoveKind): Move[] {
  const rollout = nextState(core.rollouts, world.rollout, event) as World['rollout'] | undefined
  if (rollout === undefined) return []
  return [{ label: `the rollout: ${event}`, kind, world: { ...world, rollout, isBreached: false } }]
}

/** To go on after a breach begins a new sample. */
function resume(core: Core, setting: Setting, world: World): Move[] {
  const [move] = steer(core, world, 'resume', 'recovery')
  if (move === undefined) return []
  if (!world.isBreached || !core.resumeBeginsSample) return [move]
  const isJudged = (at: number): boolean => world.waves[at]?.isPassed === false
  const next = withNewSample(setting, move.world, isJudged)
  return [{ label: 'a person lets it go on after the breach: a new sample', kind: 'recovery', world: next }]
}

/** What ends by itself when every row has ended. */
function ending(core: Core, world: World): Move[] {
  if (!world.rows.every((row) => isTerminalUpdate(row.state))) return []
  return steer(core, world, world.rollout === 'stopping' ? 'stopped' : 'finish', 'progress')
}

/** src/db/release-wave.ts */
function release(setting: Setting, world: World): Move[] {
  const next = world.waves.findIndex((wave) => !wave.isReleased)
  const released = next < 0 ? undefined : releaseWave(setting, world, next)
  if (released === undefined || world.rollout !== 'running') return []
  return [{ label: `a person releases wave ${next + 1}`, kind: 'person', world: released }]
}

/** src/db/skip.ts: only what rests and has not begun to install. */
function skip(core: Core, world: World, at: number): Move[] {
  const row = rowAt(world, at)
  if (world.rollout !== 'running' && world.rollout !== 'paused') return []
  if (!['waiting', 'downloaded', 'ready'].includes(row.state)) return []
  const moved = moveRow(core, row, { event: 'skip', reason: 'skippedByPerson' })
  return moved === undefined
    ? []
    : [{ label: `a person skips ${nameOf(at)}`, kind: 'person', world: withRow(world, at, moved) }]
}

function retry(core: Core, setting: Setting, world: World, at: number): Move[] {
  const retried = isTerminalUpdate(rowAt(world, at).state) ? retryRow(core, setting, world, at) : undefined
  if (retried === undefined) return []
  return [{ label: `a person retries ${nameOf(at)}`, kind: 'person', isAsked: true, world: retried }]
}

function retryOnBoard(world: World): Move[] {
  return world.jobs.flatMap((job, at): Move[] => {
    if (job.state !== 'failed') return []
    const jobs = world.jobs.map((one, i) =>
      i === at ? { ...one, state: 'waiting' as const, isAgain: true } : one,
    )
    const label = `a person retries the job of ${nameOf(job.target)} on the board`
    return [{ label, kind: 'person', world: { ...world, jobs } }]
  })
}

const endNight = (world: World): Move[] =>
  world.isNightOver
    ? []
    : [{ label: 'the end of the rollout has come', kind: 'person', world: { ...world, isNightOver: true } }]

/** Whoever steers the rollout waits for a claim's transaction. */
export function personMoves(core: Core, setting: Setting, world: World): Move[] {
  const isLocked = isRolloutLocked(world)
  const rows = [...world.rows.keys()]
  const requests = [
    ...(isLocked ? [] : [...steer(core, world, 'stop', 'person'), ...steer(core, world, 'pause', 'person')]),
    ...release(setting, world),
    ...(isLocked ? [] : rows.flatMap((at) => retry(core, setting, world, at))),
    ...rows.flatMap((at) => skip(core, world, at)),
    ...retryOnBoard(world),
    ...endNight(world),
  ]
  const atLast = [...release(setting, world), ...(setting.endsAtLast ? endNight(world) : [])]
  return [
    ...(isLocked ? [] : [...resume(core, setting, world), ...ending(core, world)]),
    ...(world.requestsLeft > 0 ? requests.map((move) => ({ ...move, world: asked(move.world) })) : []),
    ...atLast.map((move) => ({ ...move, kind: 'lastResort' as const })),
  ]
}
