/** What two conductors do, in the pieces between which they can be held up or lose the leader's lock. */
import { carryOut, decide, writeClaim } from './conductor.ts'
import type { Core } from './core.ts'
import { claimMistake, gateMistake } from './invariants.ts'
import { enqueued, isQueued, type Move, nameOf } from './move.ts'
import type { Setting } from './setting.ts'
import { type Decision, type Held, type Job, rowAt, type World, type Written } from './world.ts'

const withHeld = (world: World, at: number, held: Held | null): World => ({
  ...world,
  held: world.held.map((one, i) => (i === at ? held : one)),
})

function tell(decision: Decision): string {
  switch (decision.do) {
    case 'claim':
      return `claims ${decision.step} of ${nameOf(decision.target)}`
    case 'end':
      return `ends ${nameOf(decision.target)} (${decision.event}: ${decision.reason ?? 'stopped'})`
    case 'distribute':
      return 'claims the upload of the store package'
    case 'wave': {
      const { wave } = decision
      return `${wave.do === 'fulfilled' && !wave.is ? 'not ' : ''}${tellWave[wave.do]} ${wave.wave + 1}`
    }
  }
}
const tellWave = {
  release: 'releases wave',
  pass: 'passes the gate of wave',
  fulfilled: 'sees fulfilled the gate of wave',
  pause: 'pauses at the gate of wave',
}

const after = ({ world, job }: Written): World => (job === null ? world : enqueued(world, job))

/** Somebody is inside a claim's transaction: he has the store's row, and a share of the rollout's. */
export const isStoreLocked = (core: Core, world: World): boolean =>
  core.claimLocksStore && world.held.some((held) => held?.is === 'counted')
export const isRolloutLocked = (world: World): boolean => world.held.some((held) => held?.is === 'counted')

const waits = (core: Core, world: World, { do: what }: Decision): boolean =>
  (what === 'claim' || what === 'distribute') && isStoreLocked(core, world)

/** The whole of a decision, or of a claim its first half: counted, and held up before it writes. */
function carries(
  core: Core,
  setting: Setting,
  world: World,
  at: number,
  decision: Decision,
): { whole: Move; halves: Move[] } | undefined {
  if (waits(core, world, decision)) return undefined
  const done = carryOut(core, setting, world, decision)
  if (done === undefined) return undefined
  const who = at === world.leader ? 'the leader' : 'the former leader'
  const what = tell(decision)
  const wrong = gateMistake(setting, world, decision) ?? claimMistake(setting, world, decision)
  const whole: Move = {
    label: `${who} ${what}`,
    kind: 'progress',
    world: after(done),
    ...(wrong === undefined ? {} : { wrong }),
  }
  const halves: Move[] = []
  const held = (label: string, next: World, one: Held): void => {
    halves.push({ label: `${who} ${label}`, kind: 'fault', world: withHeld(next, at, one) })
  }
  if (done.job !== null)
    held(`${what}, and is held up before it enqueues the job`, done.world, { is: 'claimed', job: done.job })
  if (decision.do === 'claim' && decision.closesLane && setting.cutsClaims)
    held(`${what}: has counted, and is held up before it writes`, world, { is: 'counted', decision })
  return { whole, halves }
}

function tick(core: Core, setting: Setting, world: World): Move[] {
  const { leader } = world
  if (world.held[leader] !== null) return []
  return decide(core, setting, world).flatMap((decision): Move[] => {
    const moves = carries(core, setting, world, leader, decision)
    if (moves === undefined) return []
    const label = `the leader reads the rows, and is held up before it ${tell(decision)}`
    const held = withHeld(world, leader, { is: 'read', decision })
    return [moves.whole, { label, kind: 'fault', world: held }, ...moves.halves]
  })
}

/** A conductor that was held up goes on. Without the lock, only what needs no connection, or where none is needed. */
function goesOn(core: Core, setting: Setting, world: World, at: number): Move[] {
  const held = world.held[at]
  if (held === null || held === undefined) return []
  const free = withHeld(world, at, null)
  const who = at === world.leader ? 'the leader' : 'the former leader'
  if (held.is === 'claimed')
    return [{ label: `${who} goes on: enqueues`, kind: 'progress', world: enqueued(free, held.job) }]
  const what = tell(held.decision)
  const refused: Move = { label: `${who} goes on: ${what}, refused`, kind: 'progress', world: free }
  if (at !== world.leader && setting.lockIsConnection) return [refused]
  if (held.is === 'counted') {
    const done = writeClaim(core, setting, free, held.decision)
    return done === undefined
      ? [refused]
      : [{ label: `${who} goes on: ${what}`, kind: 'progress', world: after(done) }]
  }
  // Waits for the other's transaction.
  if (waits(core, free, held.decision)) return []
  const moves = carries(core, setting, free, at, held.decision)
  return moves === undefined ? [refused] : [moves.whole, ...moves.halves]
}

/** Claims whose jobs nobody has are enqueued again: readUnbegun. */
function unbegun(world: World, target: number): Move[] {
  const row = target === -1 ? world.storePackage : rowAt(world, target)
  const step = target === -1 ? ('distribute' as const) : rowAt(world, target).step
  if (!row.isLeased || row.isBegun || step === null || isQueued(world, target, row.generation)) return []
  const job: Job = { target, generation: row.generation, step, state: 'waiting', isAgain: false }
  const label = `the leader enqueues the unbegun claim of ${nameOf(target)} again`
  return [{ label, kind: 'progress', world: enqueued(world, job) }]
}

export function conductorMoves(core: Core, setting: Setting, world: World): Move[] {
  const moves = [
    ...tick(core, setting, world),
    ...[0, 1].flatMap((at) => goesOn(core, setting, world, at)),
    ...[...world.rows.keys(), -1].flatMap((target) => unbegun(world, target)),
  ]
  if (world.held.some((held) => held !== null)) {
    const leader = world.leader === 0 ? 1 : 0
    // A transaction dies with its connection.
    const dies = setting.lockIsConnection && world.held[world.leader]?.is === 'counted'
    const next = dies ? withHeld(world, world.leader, null) : world
    moves.push({ label: 'the leader loses its lock to the other', kind: 'fault', world: { ...next, leader } })
  }
  return moves
}
