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
function takes(core: Core, world: World, at: number, job: Job): Move {
  const who = `worker ${at} is given ${job.step} of ${job.target} under ${job.generation}`
  const begun = begin(core, world, job)
  if (begun.is === 'taken') {
    const row = job.target === -1 ? world.storePackage : rowAt(world, job.target)
    const work: Work = {
      target: job.target,
      generation: job.generation,
      step: job.step,
      phase: 'begun',
      hasActed: false,
      attempts: row.attempts,
      lost: job.target === -1 ? null : rowAt(world, job.target).lost,
      end: null,
      isFailed: false,
    }
    const isTwice = world.workers.some(
      (one) => one?.target === job.target && one.generation === job.generation,
    )
    const active = setJob(begun.world, job, 'waiting', 'active')
    const label = `${who}: begins`
    const moved = { label, kind: 'progress' as const, world: withWorker(active, at, work) }
    return isTwice ? { ...moved, wrong: 'two workers hold one claim' } : moved
  }
  const done = setJob(world, job, 'waiting', null)
  if (begun.is === 'stale') return { label: `${who}: stale`, kind: 'progress', world: done }
  const retried = job.target === -1 ? retryStorePackage(done) : retryRow(core, done, job.target)
  return {
    label: `${who}: ${retried ? 'taken for a retry' : 'retry refused'}`,
    kind: 'progress',
    world: retried ?? setJob(world, job, 'waiting', 'failed'),
    ...(job.isAgain ? { isAsked: true } : {}),
  }
}

const ended = (core: Core, world: World, at: number, work: DeviceWork, seen: Seen): World => {
  if (seen.is === 'wait' || seen.is === 'goOn') return world
  const end = endOf(work, seen, core.policy)
  return withWorker(world, at, { ...work, phase: 'ended', end, isFailed: needsPerson.has(end.event) })
}

const describe = (seen: Seen): string =>
  seen.is === 'end' ? seen.end.event : seen.is === 'thrown' ? seen.reason : 'goes on'

function looks(core: Core, world: World, at: number, work: DeviceWork): Move[] {
  const seen = observe(work, deviceAt(world, work.target), core.steps)
  if (seen.is === 'wait') return []
  const label = `worker ${at} looks for ${work.step} of ${work.target}: ${describe(seen)}`
  const next =
    seen.is === 'goOn'
      ? withWorker(world, at, { ...work, phase: 'observed' })
      : ended(core, world, at, work, seen)
  return [{ label, kind: 'progress', world: next }]
}

/** Sends the step's command. Lost on its way, its answer lost, or late: the worker cannot tell these apart. */
function acts(core: Core, world: World, at: number, work: DeviceWork): Move[] {
  const { target, generation } = work
  const verb = commandOf(work.step, core.steps)
  if (verb === undefined)
    return [
      {
        label: `worker ${at} goes on`,
        kind: 'progress',
        world: withWorker(world, at, { ...work, phase: 'acted' }),
      },
    ]
  const device = deviceAt(world, target)
  const who = `worker ${at} sends ${verb} under ${generation} to ${target}`
  if (!device.isReachable) {
    const failed = ended(core, world, at, work, { is: 'thrown', reason: 'connectionLost' })
    return [{ label: `${who}: out of reach`, kind: 'progress', world: failed }]
  }
  const command: Command = { verb, generation }
  const { device: after, refused, wrong } = deliver(device, command, core.device)
  const there = withDevice(world, target, after)
  const acted = { ...work, hasActed: true }
  const unsure: Seen = { is: 'thrown', reason: 'connectionLost' }
  const answered =
    refused === null
      ? withWorker(there, at, { ...acted, phase: 'acted' })
      : ended(core, there, at, work, { is: 'thrown', reason: refused })
  const moves: Move[] = [
    {
      label: `${who}: ${refused ?? 'done'}`,
      kind: 'progress',
      world: answered,
      ...(wrong === undefined ? {} : { wrong }),
    },
    { label: `${who}: its answer is lost`, kind: 'fault', world: ended(core, there, at, acted, unsure) },
    { label: `${who}: lost`, kind: 'fault', world: ended(core, world, at, acted, unsure) },
  ]
  if (world.flights.length === 0) {
    const late = ended(core, world, at, acted, unsure)
    moves.push({
      label: `${who}: held up on its way`,
      kind: 'fault',
      world: { ...late, flights: [{ ...command, target }] },
    })
  }
  return moves
}

function confirms(core: Core, world: World, at: number, work: DeviceWork): Move[] {
  const seen = confirm(work, deviceAt(world, work.target), core.steps)
  const label = `worker ${at} confirms ${work.step} of ${work.target}: `
  if (seen.is === 'wait' || seen.is === 'goOn') {
    const late = ended(core, world, at, work, { is: 'thrown', reason: 'timedOut' })
    return [{ label: `${label}timedOut`, kind: 'fault', world: late }]
  }
  // A damaged package is removed by the device that finds it so.
  const isGone = seen.is === 'end' && seen.end.event === 'damaged'
  const found = isGone ? withDevice(world, work.target, { staged: 'none' }) : world
  return [{ label: label + describe(seen), kind: 'progress', world: ended(core, found, at, work, seen) }]
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
  const label = `worker ${at} writes ${end.event} of ${target} under ${generation}${moved ? '' : ': superseded'}`
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
    { label: `worker ${at} is killed (${work.step} ${work.phase})`, kind: 'fault', world: gone },
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

function workMoves(core: Core, world: World, at: number, work: Work): Move[] {
  const rest = breaks(world, at, work)
  if (work.phase === 'ended') return [...rest, ...writes(core, world, at, work)]
  if (!isDeviceWork(work)) return [...rest, ...uploads(world, at, work)]
  if (work.phase === 'begun') return [...rest, ...looks(core, world, at, work)]
  if (work.phase === 'observed') return [...rest, ...acts(core, world, at, work)]
  return [...rest, ...confirms(core, world, at, work)]
}

/** A command that was held up arrives, or never does. */
function flightMoves(core: Core, world: World): Move[] {
  const [flight] = world.flights
  if (flight === undefined) return []
  const landed = { ...world, flights: [] }
  const { device, refused, wrong } = deliver(deviceAt(world, flight.target), flight, core.device)
  return [
    {
      label: `${flight.verb} under ${flight.generation} arrives late: ${refused ?? 'done'}`,
      kind: 'recovery',
      world: withDevice(landed, flight.target, device),
      ...(wrong === undefined ? {} : { wrong }),
    },
    { label: `${flight.verb} under ${flight.generation} never arrives`, kind: 'recovery', world: landed },
  ]
}

export function workerMoves(core: Core, world: World): Move[] {
  const moves = flightMoves(core, world)
  const idle = world.workers.indexOf(null)
  if (idle >= 0)
    for (const job of world.jobs) if (job.state === 'waiting') moves.push(takes(core, world, idle, job))
  for (const [at, work] of world.workers.entries())
    if (work !== null) moves.push(...workMoves(core, world, at, work))
  return moves
}
