/** What two workers do with their jobs, in the pieces between crash points; and how they end, hang or lose contact. */
import { reasonRule } from '../../src/rollout/reasons.ts'
import type { Core } from './core.ts'
import { deliver } from './device.ts'
import { type Move, nameOf } from './move.ts'
import { begin, moveRow, moveStorePackage, retryRow, retryStorePackage } from './office.ts'
import type { Setting } from './setting.ts'
import { beforeSending, commandOf, confirm, endOf, observe, refusal, type Seen } from './steps.ts'
import {
  type Command,
  deviceAt,
  type End,
  type Job,
  rowAt,
  type Work,
  type World,
  withDevice,
  withRow,
  withWorker,
} from './world.ts'

type DeviceWork = Work & { readonly step: Exclude<Work['step'], 'distribute'> }
const isDeviceWork = (work: Work): work is DeviceWork => work.step !== 'distribute'

/** src/workers/device-job.ts needsPerson: these jobs fail, so that they stand on the board. */
const needsPerson = new Set(['fail', 'reverted', 'beyondRepair', 'seenBroken'])

const setJob = (
  world: World,
  work: Pick<Job, 'target' | 'generation'>,
  from: Job['state'],
  to: Job['state'] | null,
): World => {
  const at = world.jobs.findIndex(
    (job) => job.target === work.target && job.generation === work.generation && job.state === from,
  )
  if (at < 0) return world
  const jobs = world.jobs.flatMap((job, i) =>
    i !== at ? [job] : to === null ? [] : [{ ...job, state: to, isAgain: false }],
  )
  return { ...world, jobs }
}

/** An idle worker is given a job. */
function takes(core: Core, setting: Setting, world: World, at: number, job: Job): Move {
  const who = `worker ${at} is given ${job.step} of ${nameOf(job.target)} under ${job.generation}`
  const begun = begin(core, world, job)
  if (begun.is === 'taken') {
    const isTwice = world.workers.some(
      (one) => one?.target === job.target && one.generation === job.generation,
    )
    const active = setJob(begun.world, job, 'waiting', 'active')
    const next = withWorker(active, at, newWork(setting, world, job))
    const moved = { label: `${who}: begins`, kind: 'progress' as const, world: next }
    return isTwice ? { ...moved, wrong: 'two workers hold one claim' } : moved
  }
  const done = setJob(world, job, 'waiting', null)
  if (begun.is === 'stale') return { label: `${who}: stale`, kind: 'progress', world: done }
  const retried = job.target === -1 ? retryStorePackage(done) : retryRow(core, setting, done, job.target)
  return {
    label: `${who}: ${retried ? 'taken for a retry' : 'retry refused'}`,
    kind: 'progress',
    world: retried ?? setJob(world, job, 'waiting', 'failed'),
    ...(job.isAgain ? { isAsked: true } : {}),
  }
}

/** readUpdateWork, readTries */
function newWork({ kind }: Setting, world: World, { target, generation, step }: Job): Work {
  const row = target === -1 ? undefined : rowAt(world, target)
  return {
    target,
    generation,
    step,
    phase: 'begun',
    hasActed: false,
    attempts: (row ?? world.storePackage).attempts,
    lost: row?.lost ?? null,
    latestStart: row?.latestStart ?? null,
    isPutOff: row?.isPutOff ?? false,
    isWayBack: kind === 'rollback',
    end: null,
    isFailed: false,
  }
}

/** A way back that was asked for and has arrived needs nobody: src/workers/device-job.ts isWish. */
const isForPerson = ({ event }: End, { isWayBack }: Work): boolean =>
  needsPerson.has(event) && !(isWayBack && event === 'reverted')

/** How a step of one worker goes on, in a world. */
interface Scene {
  readonly core: Core
  readonly setting: Setting
  readonly world: World
  readonly at: number
  readonly work: DeviceWork
}

const ended = ({ core, setting, at }: Scene, world: World, work: DeviceWork, seen: Seen): World => {
  if (seen.is === 'wait' || seen.is === 'goOn') return world
  const end = endOf(work, seen, setting.policy, core.steps)
  return withWorker(world, at, { ...work, phase: 'ended', end, isFailed: isForPerson(end, work) })
}

const describe = (seen: Seen): string =>
  seen.is === 'end' ? seen.end.event : seen.is === 'thrown' ? seen.reason : 'goes on'

function looks(scene: Scene): Move[] {
  const { core, world, at, work } = scene
  const seen = observe(work, deviceAt(world, work.target), core.steps)
  if (seen.is === 'wait') return []
  const label = `worker ${at} looks at ${nameOf(work.target)} for ${work.step}: ${describe(seen)}`
  const observed = { ...work, phase: 'observed' } as const
  const next = seen.is === 'goOn' ? withWorker(world, at, observed) : ended(scene, world, work, seen)
  return [{ label, kind: 'progress', world: next }]
}

function acts(scene: Scene): Move[] {
  const { core, world, at, work } = scene
  const device = deviceAt(world, work.target)
  const move = (label: string, next: World): Move[] => [{ label, kind: 'progress', world: next }]
  const verb = commandOf(work.step, core.steps)
  if (verb === undefined)
    return move(`worker ${at} goes on`, withWorker(world, at, { ...work, phase: 'acted' }))
  const who = `worker ${at} sends ${verb} under ${work.generation} to ${nameOf(work.target)}`
  const seen = beforeSending(work, device, core.steps)
  if (seen.is === 'thrown') return move(`${who}: no, ${seen.reason}`, ended(scene, world, work, seen))
  const lost: Seen = { is: 'thrown', reason: 'connectionLost' }
  if (!device.isReachable) return move(`${who}: out of reach`, ended(scene, world, work, lost))
  return sends(scene, { verb, generation: work.generation }, who)
}

/** Sends the step's command. Lost on its way, its answer lost, or late: the worker cannot tell these apart. */
function sends(scene: Scene, command: Command, who: string): Move[] {
  const { core, world, at, work } = scene
  const { target } = work
  const { device, refused, wrong } = deliver(deviceAt(world, target), command, core.device)
  const there = withDevice(world, target, device)
  const acted = { ...work, hasActed: true }
  const unsure: Seen = { is: 'thrown', reason: 'connectionLost' }
  const answered =
    refused === null
      ? withWorker(there, at, { ...acted, phase: 'acted' })
      : ended(scene, there, work, refusal(work, device, refused))
  const late = ended(scene, world, acted, unsure)
  const moves: Move[] = [
    {
      label: `${who}: ${refused ?? 'done'}`,
      kind: 'progress',
      world: answered,
      ...(wrong === undefined ? {} : { wrong }),
    },
    { label: `${who}: its answer is lost`, kind: 'fault', world: ended(scene, there, acted, unsure) },
    { label: `${who}: lost`, kind: 'fault', world: late },
  ]
  if (world.flights.length > 0) return moves
  const flights = [{ ...command, target }]
  return [...moves, { label: `${who}: held up on its way`, kind: 'fault', world: { ...late, flights } }]
}

function confirms(scene: Scene): Move[] {
  const { core, world, at, work } = scene
  const seen = confirm(work, deviceAt(world, work.target), core.steps)
  const label = `worker ${at} confirms ${work.step} of ${nameOf(work.target)}: `
  if (seen.is === 'wait' || seen.is === 'goOn') {
    const late = ended(scene, world, work, { is: 'thrown', reason: 'timedOut' })
    return [{ label: `${label}timedOut`, kind: 'fault', world: late }]
  }
  // A damaged package is removed by the device that finds it so.
  const isGone = seen.is === 'end' && seen.end.event === 'damaged'
  const found = isGone ? withDevice(world, work.target, { staged: 'none' }) : world
  return [{ label: label + describe(seen), kind: 'progress', world: ended(scene, found, work, seen) }]
}

/** src/workers/distribute.ts; the file itself arrives whole or not at all (ssh/upload). */
function uploads(world: World, at: number, work: Work): Move[] {
  const end = (label: string, kind: Move['kind'], made: End, isFailed = false): Move => ({
    label: `worker ${at} uploads: ${label}`,
    kind,
    world: withWorker(world, at, { ...work, phase: 'ended', end: made, isFailed }),
  })
  const deferred = (reason: 'storeOffline' | 'signInRefused'): End => ({
    event: 'deferred',
    reason,
    attempts: 'spend',
    isBackingOff: true,
  })
  if (!world.isStoreReachable) return [end('storeOffline', 'progress', deferred('storeOffline'))]
  const isPersons = reasonRule('signInRefused').backoff === 'never'
  return [
    end('done', 'progress', { event: 'downloaded', reason: null, attempts: 'reset', isBackingOff: false }),
    end('signInRefused', 'fault', deferred('signInRefused'), isPersons),
  ]
}

/** write(): refused when the row has moved on. Then the job is completed, or fails for the board to show. */
function writes(core: Core, world: World, at: number, work: Work): Move[] {
  const { end, target, generation } = work
  if (end === null) return []
  const moved = writeEnd(core, world, work, end)
  const next = withWorker(moved ?? world, at, null)
  const isFailed = work.isFailed && moved !== undefined
  const label = `worker ${at} writes ${end.event} of ${nameOf(target)} under ${generation}${moved ? '' : ': superseded'}`
  return [
    { label, kind: 'progress', world: setJob(next, work, 'active', isFailed ? 'failed' : null) },
    { label: `${label}, and is killed`, kind: 'fault', world: setJob(next, work, 'active', 'waiting') },
  ]
}

function writeEnd(core: Core, world: World, work: Work, end: End): World | undefined {
  const { target, generation } = work
  if (target === -1) {
    const event = end.event === 'downloaded' ? 'uploaded' : end.event
    return moveStorePackage(core, world, { ...end, event, generation })
  }
  const moved = moveRow(core, rowAt(world, target), { ...end, generation })
  return moved && withRow(world, target, moved)
}

/** Killed anywhere: its job is found stalled and delivered again. The order of an orderly end comes before the write. */
function breaks(world: World, at: number, work: Work): Move[] {
  const gone = withWorker(setJob(world, work, 'active', 'waiting'), at, null)
  const moves: Move[] = [
    {
      label: `worker ${at} is killed (${work.step} of ${nameOf(work.target)} ${work.phase})`,
      kind: 'fault',
      world: gone,
    },
  ]
  const row = work.target === -1 ? world.storePackage : rowAt(world, work.target)
  const isTaken = !row.isLeased || row.generation !== work.generation
  const runs = work.phase !== 'ended'
  if (isTaken && runs)
    moves.push({
      label: `worker ${at} hears that its lease was taken`,
      kind: 'progress',
      world: withWorker(setJob(world, work, 'active', null), at, null),
    })
  return moves
}

function workMoves(core: Core, setting: Setting, world: World, at: number, work: Work): Move[] {
  const rest = breaks(world, at, work)
  if (work.phase === 'ended') return [...rest, ...writes(core, world, at, work)]
  if (!isDeviceWork(work)) return [...rest, ...uploads(world, at, work)]
  const scene = { core, setting, world, at, work }
  if (work.phase === 'begun') return [...rest, ...looks(scene)]
  if (work.phase === 'observed') return [...rest, ...acts(scene)]
  return [...rest, ...confirms(scene)]
}

/** A command that was held up arrives, or never does. */
function flightMoves(core: Core, world: World): Move[] {
  const [flight] = world.flights
  if (flight === undefined) return []
  const landed = { ...world, flights: [] }
  const { device, refused, wrong } = deliver(deviceAt(world, flight.target), flight, core.device)
  const what = `${flight.verb} under ${flight.generation} to ${nameOf(flight.target)}`
  return [
    {
      label: `${what} arrives late: ${refused ?? 'done'}`,
      kind: 'recovery',
      world: withDevice(landed, flight.target, device),
      ...(wrong === undefined ? {} : { wrong }),
    },
    { label: `${what} never arrives`, kind: 'recovery', world: landed },
  ]
}

export function workerMoves(core: Core, setting: Setting, world: World): Move[] {
  const moves = flightMoves(core, world)
  const idle = world.workers.indexOf(null)
  if (idle >= 0)
    for (const job of world.jobs)
      if (job.state === 'waiting') moves.push(takes(core, setting, world, idle, job))
  for (const [at, work] of world.workers.entries())
    if (work !== null) moves.push(...workMoves(core, setting, world, at, work))
  return moves
}
