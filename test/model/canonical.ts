/** One text and one shape per state: generations by rank, what is alike in order, what nobody can ask for any more left out. */
import { type ReasonCode, reasonRule } from '../../src/rollout/reasons.ts'
import { isTerminalUpdate } from '../../src/rollout/states.ts'
import type { Core } from './core.ts'
import { waveOf } from './gates.ts'
import { begin } from './office.ts'
import type { Setting } from './setting.ts'
import {
  type Device,
  type End,
  type Held,
  type Job,
  type Row,
  rowAt,
  type Work,
  type World,
} from './world.ts'

/** Of a reason only what it leads to is told apart. */
const standIn: Record<string, ReasonCode> = {
  waiting: 'connectionLost',
  ready: 'armingExpired',
  inDoubt: 'healthFailed',
}
const plainReason = (reason: ReasonCode | null): ReasonCode | null =>
  reason === null ? null : (standIn[reasonRule(reason).retry] ?? reason)
/** A store package's reason decides whether it is given up: only that is told apart. */
function plainStoreReason(reason: ReasonCode | null): ReasonCode | null {
  if (reason === null || reasonRule(reason).backoff === 'never') return reason
  return reasonRule(reason).owner === 'network' ? 'storeOffline' : 'leaseExpired'
}

/** A job that begin() answers as stale now is stale for ever: generations only grow. */
const isStale = (core: Core, world: World, job: Job): boolean => {
  const row = job.target === -1 ? world.storePackage : rowAt(world, job.target)
  return job.generation < row.generation && begin(core, world, { ...job, isAgain: true }).is === 'stale'
}

type Ranks = (generation: number) => number

/** Generations of one target that anything still names, as 0, 1, 2 … */
function ranksOf(world: World, target: number, own: number): Ranks {
  const named = [0, own]
  const name = (generation: number | undefined): void => {
    if (generation !== undefined && !named.includes(generation)) named.push(generation)
  }
  name(world.devices[target]?.highest)
  name(world.devices[target]?.phaseOf)
  name(world.rows[target]?.lost?.generation)
  for (const one of world.workers)
    if (one?.target === target) {
      name(one.generation)
      name(one.lost?.generation)
    }
  for (const job of world.jobs) if (job.target === target) name(job.generation)
  for (const flight of world.flights) if (flight.target === target) name(flight.generation)
  for (const held of world.held) {
    const one = held?.is === 'claimed' ? held.job : held?.decision
    if (one !== undefined && 'target' in one && one.target === target) name(one.generation)
  }
  named.sort((a, b) => a - b)
  return (generation) => Math.max(0, named.indexOf(generation))
}

/** The same object where nothing differs: its text is known then. */
function changed<T extends object>(one: T, change: Partial<T>): T {
  for (const key of Object.keys(change) as (keyof T)[])
    if (change[key] !== one[key]) return { ...one, ...change }
  return one
}

const plainLost = (lost: Row['lost'], rank: Ranks): Row['lost'] =>
  lost === null ? null : changed(lost, { generation: rank(lost.generation) })

const isEarly = new Set(['waiting', 'downloading', 'downloaded', 'verifying', 'ready'])
const mayBeArmed = new Set(['armed', 'restarting', 'disarming'])

/** What counts in a state; of a row at its end, what its retry would ask for. */
const plainRow = (row: Row, rank: Ranks, isJudged: boolean): Row => {
  const isEnded = isTerminalUpdate(row.state)
  return changed(row, {
    generation: rank(row.generation),
    attempts: isEnded ? 0 : row.attempts,
    isBackingOff: row.isBackingOff && !isEnded,
    reason: plainReason(row.reason),
    lost: plainLost(row.lost, rank),
    armedUntil: mayBeArmed.has(row.state) ? row.armedUntil : null,
    latestStart: isEnded || isEarly.has(row.state) ? null : row.latestStart,
    isBeforeSample: row.isBeforeSample && isJudged,
  })
}

function plainOperations(before: Device['operations'], rank: Ranks): Device['operations'] {
  const operations = before
    .flatMap((one) => (rank(one.generation) > 0 ? [changed(one, { generation: rank(one.generation) })] : []))
    .sort((a, b) => a.generation - b.generation)
  const isSame = operations.length === before.length && operations.every((one, at) => one === before[at])
  return isSame ? before : operations
}

const plainDevice = (device: Device, rank: Ranks): Device =>
  changed(device, {
    highest: rank(device.highest),
    phaseOf: rank(device.phaseOf),
    operations: plainOperations(device.operations, rank),
  })

const plainEnd = (end: End, plain: typeof plainReason): End =>
  end.reason === undefined ? end : changed(end, { reason: plain(end.reason) })

const plainWork = (work: Work, rank: Ranks): Work =>
  changed(work, {
    generation: rank(work.generation),
    lost: plainLost(work.lost, rank),
    end: work.end && plainEnd(work.end, work.target === -1 ? plainStoreReason : plainReason),
  })

const sorted = <T extends object>(list: readonly T[]): readonly T[] => {
  if (list.length < 2) return list
  return [...list].sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1))
}

/** The leader first, idle workers last, ranks for generations. */
export function canonical(core: Core, setting: Setting, world: World): World {
  const jobs = world.jobs.filter((job) => !isStale(core, world, job))
  const kept = jobs.length === world.jobs.length ? world : { ...world, jobs }
  const ranks = world.rows.map((row, at) => ranksOf(kept, at, row.generation))
  const own = ranksOf(kept, -1, world.storePackage.generation)
  const rankOf = (target: number): Ranks => ranks[target] ?? own
  const ranked = <T extends { readonly target: number; readonly generation: number }>(one: T): T =>
    changed<{ readonly generation: number }>(one, { generation: rankOf(one.target)(one.generation) }) as T
  const plainHeld = (one: Held | null | undefined): Held | null => {
    if (one === null || one === undefined) return null
    if (one.is === 'claimed') return { is: one.is, job: ranked(one.job) }
    return 'target' in one.decision ? ({ ...one, decision: ranked(one.decision) } as Held) : one
  }
  const busy = sorted(world.workers.flatMap((work) => (work ? [plainWork(work, rankOf(work.target))] : [])))
  const { storePackage } = world
  return {
    ...world,
    rows: world.rows.map((row, at) =>
      plainRow(row, rankOf(at), world.waves[waveOf(setting, at)]?.isPassed === false),
    ),
    devices: world.devices.map((device, at) => plainDevice(device, rankOf(at))),
    storePackage: changed(storePackage, {
      generation: own(storePackage.generation),
      reason: plainStoreReason(storePackage.reason),
    }),
    leader: 0,
    held: [plainHeld(world.held[world.leader]), plainHeld(world.held[1 - world.leader])],
    jobs: sorted(jobs.map(ranked)),
    flights: world.flights.map(ranked),
    workers: [...busy, ...world.workers.slice(busy.length).map(() => null)],
  }
}

/** Equal pieces have one number, so that the text of a world is short. */
const numbers = new Map<string, number>()
const numbered = new WeakMap<object, number>()

function numberOf(piece: object): number {
  const known = numbered.get(piece)
  if (known !== undefined) return known
  const text = textOf(piece)
  const number = numbers.get(text) ?? numbers.size
  numbers.set(text, number)
  numbered.set(piece, number)
  return number
}

/** Values only, in the order in which they were made: the names would be most of the text. */
export function textOf(value: object): string {
  let text = ''
  for (const one of Object.values(value)) {
    if (typeof one !== 'object' || one === null) text += `${one} `
    else text += Array.isArray(one) ? `(${textOf(one)})` : `#${numberOf(one)} `
  }
  return text
}
