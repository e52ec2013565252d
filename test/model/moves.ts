/** Every move the world can make, with its kind. */
import { isTerminalUpdate, nextState } from '../../src/rollout/states.ts'
import { cyclePower, goOn } from './device.ts'
import { type Core, carryOut, decide, expireLease, retryRow } from './office.ts'
import { workerMoves } from './worker-moves.ts'
import { type Decision, deviceAt, type Job, rowAt, type World, withDevice, withRow } from './world.ts'

/**
 * recovery: a fault ends. device: it goes on by itself. progress: the head office works. time: a back-off or a lease is
 * over. fault: spends the budget. person: somebody asks for it.
 */
export type MoveKind = 'recovery' | 'device' | 'progress' | 'time' | 'fault' | 'person'
export interface Move {
  readonly label: string
  readonly kind: MoveKind
  readonly world: World
  /** What must never happen, and did in this very move. */
  readonly wrong?: string
  /** A person asked for the retry that this move carries out. */
  readonly isAsked?: true
}

export const isJob = (held: Decision | Job): held is Job => 'state' in held

export const sameJob = (
  a: Pick<Job, 'target' | 'generation'>,
  b: Pick<Job, 'target' | 'generation'>,
): boolean => a.target === b.target && a.generation === b.generation

/** src/jobs/enqueue.ts: an id that is there is ignored. */
const enqueued = (world: World, job: Job): World =>
  world.jobs.some((one) => sameJob(one, job)) ? world : { ...world, jobs: [...world.jobs, job] }

function nameOf({ target, due }: Decision): string {
  const what = due.do === 'claim' ? due.step : due.do === 'end' ? due.event : ''
  return `${due.do} ${what} of ${target}`
}

const withHeld = (world: World, at: number, held: Decision | Job | null): World => ({
  ...world,
  held: world.held.map((one, i) => (i === at ? held : one)),
})

function tick(core: Core, world: World): Move[] {
  const { leader } = world
  if (world.held[leader] !== null) return []
  return decide(core, world).flatMap((decision): Move[] => {
    const done = carryOut(core, world, decision)
    if (done === undefined) return []
    const name = nameOf(decision)
    const whole = done.job === null ? done.world : enqueued(done.world, done.job)
    const moves: Move[] = [{ label: `conductor: ${name}`, kind: 'progress', world: whole }]
    moves.push({
      label: `conductor reads, decides "${name}", and is paused`,
      kind: 'fault',
      world: withHeld(world, leader, decision),
    })
    if (done.job !== null)
      moves.push({
        label: `conductor: ${name}; paused before enqueueing`,
        kind: 'fault',
        world: withHeld(done.world, leader, done.job),
      })
    return moves
  })
}

/** A paused conductor goes on: what it claimed it may enqueue; write it can only on the connection that holds the lock. */
function resumeConductor(core: Core, world: World, at: number): Move[] {
  const held = world.held[at]
  if (held === null || held === undefined) return []
  const free = withHeld(world, at, null)
  const who = at === world.leader ? 'the leader' : 'the former leader'
  if (isJob(held))
    return [{ label: `${who} goes on: enqueues`, kind: 'progress', world: enqueued(free, held) }]
  const mayWrite = at === world.leader || !core.lockIsConnection
  const done = mayWrite ? carryOut(core, free, held) : undefined
  const after = done === undefined ? free : done.job === null ? done.world : enqueued(done.world, done.job)
  const label = `${who} goes on: ${nameOf(held)}${done === undefined ? ', refused' : ''}`
  return [{ label, kind: 'progress', world: after }]
}

function conductorMoves(core: Core, world: World): Move[] {
  const moves = [...tick(core, world), ...[0, 1].flatMap((at) => resumeConductor(core, world, at))]
  if (world.held.some((held) => held !== null)) {
    const leader = world.leader === 0 ? 1 : 0
    moves.push({
      label: 'the leader loses its lock to the other',
      kind: 'fault',
      world: { ...world, leader },
    })
  }
  for (const [target, row] of [...world.rows.entries(), [-1, world.storePackage] as const]) {
    const step = target === -1 ? ('distribute' as const) : rowAt(world, target).step
    const isKnown = isQueued(world, target, row.generation)
    if (row.isLeased && !row.isBegun && step !== null && !isKnown) {
      const job: Job = { target, generation: row.generation, step, state: 'waiting', isAgain: false }
      moves.push({
        label: `conductor enqueues the unbegun claim of ${target} again`,
        kind: 'progress',
        world: enqueued(world, job),
      })
    }
    moves.push(...timeMoves(core, world, target))
  }
  return moves
}

const isQueued = (world: World, target: number, generation: number): boolean =>
  world.jobs.some((job) => sameJob(job, { target, generation })) ||
  world.held.some((held) => held !== null && isJob(held) && held.target === target)

/** Back-offs and leases run out. A lease whose holder lives runs out only when something is wrong. */
function timeMoves(core: Core, world: World, target: number): Move[] {
  const row = target === -1 ? world.storePackage : rowAt(world, target)
  const moves: Move[] = []
  if (row.isBackingOff && !row.isLeased) {
    const isBackingOff = false
    const rested =
      target === -1
        ? { ...world, storePackage: { ...world.storePackage, isBackingOff } }
        : withRow(world, target, { isBackingOff })
    moves.push({ label: `the back-off of ${target} is over`, kind: 'time', world: rested })
  }
  const isHeld = world.workers.some((work) => work?.target === target && work.generation === row.generation)
  const expired = expireLease(core, world, target)
  if (expired)
    moves.push({
      label: `the lease of ${target} runs out${isHeld ? ' under its worker' : ''}`,
      kind: isHeld || isQueued(world, target, row.generation) ? 'fault' : 'time',
      world: expired,
    })
  return moves
}

function deviceMoves(world: World, at: number): Move[] {
  const device = deviceAt(world, at)
  const moves: Move[] = []
  const add = (kind: MoveKind, label: string, change: Partial<typeof device> | undefined) =>
    change && moves.push({ label: `device ${at} ${label}`, kind, world: withDevice(world, at, change) })
  const further = goOn(device)
  add('device', `goes on: ${further?.phase}, ${further?.version}, ${further?.health}`, further)
  add('fault', 'is switched off and on', cyclePower(device))
  if (device.isReachable) add('fault', 'is out of reach', { isReachable: false })
  else add('recovery', 'is in reach again', { isReachable: true })
  if (device.isSelling) add('recovery', 'closes its receipt', { isSelling: false })
  else if ((device.phase === 'none' || device.phase === 'stopping') && device.health === 'ok')
    add('fault', 'opens a receipt', { isSelling: true })
  if (device.staged === 'good' && !device.isArmed && device.phase === 'none')
    add('fault', 'damages what it fetched', { staged: 'damaged' })
  if (device.staged === 'running') add('fault', 'fails to fetch', { staged: 'none' })
  if (device.isArmed && device.phase === 'none') {
    const expired = withDevice(world, at, { isArmed: false })
    moves.push({ label: `the arming of ${at} expires`, kind: 'fault', world: expired })
    if (rowAt(world, at).armedUntil === 'later')
      moves.push({
        label: `the arming of ${at} expires, also for the row`,
        kind: 'fault',
        world: withRow(expired, at, { armedUntil: 'over' }),
      })
  }
  return moves
}

/** src/db/rollouts.ts: steerRollout, endRollouts; and a person's retry from the page. */
function rolloutMoves(core: Core, world: World): Move[] {
  const moves: Move[] = []
  const steer = (event: string, kind: MoveKind, cost: number): void => {
    const rollout = nextState(core.rollouts, world.rollout, event)
    if (rollout === undefined || cost > world.requestsLeft) return
    const requestsLeft = world.requestsLeft - cost
    moves.push({
      label: `rollout: ${event}`,
      kind,
      world: { ...world, rollout: rollout as World['rollout'], requestsLeft },
    })
  }
  steer('stop', 'person', 1)
  steer('pause', 'person', 1)
  steer('resume', 'recovery', 0)
  const isOver = world.rows.every((row) => isTerminalUpdate(row.state))
  if (isOver) steer(world.rollout === 'stopping' ? 'stopped' : 'finish', 'progress', 0)
  if (world.requestsLeft === 0) return moves
  const requestsLeft = world.requestsLeft - 1
  for (const at of world.rows.keys()) {
    const retried = isTerminalUpdate(rowAt(world, at).state) ? retryRow(core, world, at) : undefined
    if (retried)
      moves.push({
        label: `a person retries ${at}`,
        kind: 'person',
        isAsked: true,
        world: { ...retried, requestsLeft },
      })
  }
  if (!world.isNightOver)
    moves.push({
      label: 'the night is over',
      kind: 'person',
      world: { ...world, isNightOver: true, requestsLeft },
    })
  return moves
}

function queueMoves(world: World): Move[] {
  const moves: Move[] = []
  if (world.jobs.some((job) => job.state !== 'active'))
    moves.push({
      label: 'the queue is emptied',
      kind: 'fault',
      world: { ...world, jobs: world.jobs.filter((job) => job.state === 'active') },
    })
  for (const [at, job] of world.jobs.entries()) {
    const put = (change: Partial<Job>) => world.jobs.map((one, i) => (i === at ? { ...one, ...change } : one))
    if (job.state === 'active')
      moves.push({
        label: `the job of ${job.target} is delivered again while it runs`,
        kind: 'fault',
        world: { ...world, jobs: put({ state: 'waiting' }) },
      })
    if (job.state === 'failed' && world.requestsLeft > 0)
      moves.push({
        label: `a person retries the job of ${job.target} on the board`,
        kind: 'person',
        world: {
          ...world,
          jobs: put({ state: 'waiting', isAgain: true }),
          requestsLeft: world.requestsLeft - 1,
        },
      })
  }
  return moves
}

/** All moves; faults spend the budget. */
export function movesOf(core: Core, world: World): Move[] {
  const all = [
    ...conductorMoves(core, world),
    ...workerMoves(core, world),
    ...world.devices.flatMap((_, at) => deviceMoves(world, at)),
    ...rolloutMoves(core, world),
    ...queueMoves(world),
  ]
  if (!world.isStoreReachable)
    all.push({
      label: 'the store is in reach again',
      kind: 'recovery',
      world: { ...world, isStoreReachable: true },
    })
  else if (world.storePackage.state !== 'present')
    all.push({
      label: 'the store is out of reach',
      kind: 'fault',
      world: { ...world, isStoreReachable: false },
    })
  return all.flatMap((move) => {
    if (move.kind !== 'fault') return [move]
    if (world.faultsLeft === 0) return []
    return [{ ...move, world: { ...move.world, faultsLeft: world.faultsLeft - 1 } }]
  })
}
