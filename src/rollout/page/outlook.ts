/** The headline of the night: will every store open? From marks, openings and what ended lately. Pure. */
import { groupBy } from '../plan/group-by.ts'
import { countBy } from '../report/facts.ts'
import { laneClosedStates } from '../states.ts'
import { type Mark, marks, needsPerson } from './mark.ts'

export interface OutlookRollout {
  readonly id: string
  readonly state: string
  /** Milliseconds since 1970, as all times here; null: it has not begun. */
  readonly startedAt: number | null
}

export interface OutlookStore {
  readonly code: string
  readonly name: string
  readonly opensAt: number | 'always' | null
}

export interface OutlookDevice {
  readonly store: string
  readonly kind: string
  readonly mark: Mark
  /** Of its update; null: it is in no rollout in view. */
  readonly state: string | null
  readonly finishedAt: number | null
  /** Installing for longer than that, its way back may not be over in time; null: it is not told. */
  readonly overdueAt: number | null
  /** It waits for a wave that is not released, or for a window that is shut now. */
  readonly held: 'wave' | 'window' | null
}

export interface OutlookFacts {
  readonly now: number
  readonly rollouts: readonly OutlookRollout[]
  readonly stores: readonly OutlookStore[]
  readonly devices: readonly OutlookDevice[]
}

/**
 * Of one store, its worst. `cannotOpen`: not one of its tills sells; `serverBroken`; `late`: an installation may not be
 * over when it opens; `broken`: a till does not sell; `inDoubt`; `silent`: nobody of it answers, so nothing is known.
 */
export const risks = ['cannotOpen', 'serverBroken', 'late', 'broken', 'inDoubt', 'silent'] as const
export type Risk = (typeof risks)[number]

export interface StoreAtRisk extends OutlookStore {
  readonly why: Risk
  /** Of its devices that sell: those for which it is so … */
  readonly devices: number
  /** … of so many. */
  readonly of: number
}

/** Why nobody can tell when it is ready. */
export type ReadyUnknown = 'nothingInView' | 'paused' | 'nothingMoves' | 'waveWaits' | 'windowShut'

export interface Outlook {
  /** `no`: some store cannot open; `atRisk`: some may not, or not with all its tills; `unknown`: nobody answers there. */
  readonly answer: 'yes' | 'atRisk' | 'no' | 'unknown'
  readonly done: number
  /** Devices with an update in view: what `byMark` adds up to. */
  readonly total: number
  readonly byMark: Readonly<Record<Mark, number>>
  /** Devices done a minute, in the last ten; null: none was. */
  readonly perMinute: number | null
  readonly readyAt: number | null
  readonly readyUnknown: ReadyUnknown | null
  /** Of the stores where something is left to do; of all, where nothing is. */
  readonly firstOpening: { readonly store: string; readonly name: string; readonly at: number } | null
  /** From readyAt (now, when it is over) to the first opening; negative: it comes too late. */
  readonly spareSeconds: number | null
  readonly needPerson: number
  /** The next to open first; all of them. */
  readonly storesAtRisk: readonly StoreAtRisk[]
}

const MINUTE_MS = 60_000
const MEASURED_MINUTES = 10
/** So near to its opening no lane may be closed. */
const LAST_MS = 15 * MINUTE_MS
const SELLING: ReadonlySet<string> = new Set(['till', 'selfCheckout'])
/** What moves on by itself. Who nobody reaches is not waited for. */
const MOVING: ReadonlySet<Mark> = new Set(['running', 'waiting'])
const LEFT: ReadonlySet<Mark> = new Set(['running', 'waiting', 'inDoubt', 'unreachable'])

/** Devices done a minute; a rollout that is younger than ten minutes is measured since its beginning. */
function speedOf({ now, rollouts, devices }: OutlookFacts): number | null {
  const since = now - MEASURED_MINUTES * MINUTE_MS
  // What was there already had nothing done to it.
  const isNew = ({ mark, state, finishedAt }: OutlookDevice) =>
    mark === 'done' && state !== 'skipped' && finishedAt !== null && finishedAt > since && finishedAt <= now
  const count = devices.filter(isNew).length
  const begun = rollouts.flatMap(({ startedAt }) => startedAt ?? [])
  const from = Math.max(since, begun.length === 0 ? since : Math.min(...begun))
  const minutes = Math.max(1, (now - from) / MINUTE_MS)
  return count === 0 ? null : Math.round((count / minutes) * 10) / 10 || 0.1
}

type Ready = Pick<Outlook, 'readyAt' | 'readyUnknown'>
const unknown = (readyUnknown: ReadyUnknown): Ready => ({ readyAt: null, readyUnknown })

function readiness(facts: OutlookFacts, perMinute: number | null): Ready {
  const inView = facts.devices.filter(({ state }) => state !== null)
  if (inView.length === 0) return unknown('nothingInView')
  const moving = inView.filter(({ mark }) => MOVING.has(mark))
  if (moving.length === 0) {
    const ends = inView.flatMap(({ finishedAt }) => finishedAt ?? [])
    return {
      readyAt: ends.length === 0 ? facts.now : ends.reduce((a, b) => Math.max(a, b)),
      readyUnknown: null,
    }
  }
  if (!facts.rollouts.some(({ state }) => state === 'running' || state === 'stopping'))
    return unknown('paused')
  if (moving.some(({ held }) => held === 'wave')) return unknown('waveWaits')
  if (moving.some(({ held }) => held === 'window')) return unknown('windowShut')
  if (perMinute === null) return unknown('nothingMoves')
  return { readyAt: Math.round(facts.now + (moving.length / perMinute) * MINUTE_MS), readyUnknown: null }
}

function isLate({ mark, state, overdueAt }: OutlookDevice, { opensAt }: OutlookStore, now: number): boolean {
  if (mark !== 'running' || state === null || !laneClosedStates.has(state)) return false
  if (overdueAt !== null && now > overdueAt) return true
  return typeof opensAt === 'number' && opensAt - now < LAST_MS
}

function riskOf(
  store: OutlookStore,
  devices: readonly OutlookDevice[],
  now: number,
): StoreAtRisk | undefined {
  const sellers = devices.filter(({ kind }) => SELLING.has(kind))
  const marked = (mark: Mark) => sellers.filter((device) => device.mark === mark).length
  const at = (why: Risk, count: number): StoreAtRisk => ({
    ...store,
    why,
    devices: count,
    of: sellers.length,
  })
  const broken = marked('broken')
  if (broken > 0 && broken === sellers.length) return at('cannotOpen', broken)
  const hasBrokenServer = devices.some(({ kind, mark }) => kind === 'storeServer' && mark === 'broken')
  if (hasBrokenServer) return at('serverBroken', sellers.length)
  const late = sellers.filter((device) => isLate(device, store, now)).length
  if (late > 0) return at('late', late)
  if (broken > 0) return at('broken', broken)
  const doubted = marked('inDoubt')
  if (doubted > 0) return at('inDoubt', doubted)
  const silent = marked('unreachable')
  return silent > 0 && silent === sellers.length ? at('silent', silent) : undefined
}

/** Open day and night is now; not known comes last. */
const urgency = ({ opensAt }: OutlookStore, now: number): number =>
  opensAt === 'always' ? now : (opensAt ?? Number.POSITIVE_INFINITY)

function storesAtRisk({ now, stores, devices }: OutlookFacts): StoreAtRisk[] {
  const byStore = groupBy(devices, ({ store }) => store)
  return stores
    .flatMap((store) => riskOf(store, byStore.get(store.code) ?? [], now) ?? [])
    .sort(
      (a, b) =>
        urgency(a, now) - urgency(b, now) ||
        risks.indexOf(a.why) - risks.indexOf(b.why) ||
        (a.code < b.code ? -1 : 1),
    )
}

function firstOpening({ stores, devices }: OutlookFacts): Outlook['firstOpening'] {
  const inView = devices.filter(({ state }) => state !== null)
  const left = new Set(inView.filter(({ mark }) => LEFT.has(mark)).map(({ store }) => store))
  const shown = left.size > 0 ? left : new Set(inView.map(({ store }) => store))
  let first: Outlook['firstOpening'] = null
  for (const { code, name, opensAt } of stores) {
    if (!shown.has(code) || typeof opensAt !== 'number') continue
    if (first === null || opensAt < first.at) first = { store: code, name, at: opensAt }
  }
  return first
}

function answerOf(facts: OutlookFacts, total: number, atRisk: readonly StoreAtRisk[]): Outlook['answer'] {
  if (atRisk.some(({ why }) => why === 'cannotOpen')) return 'no'
  if (atRisk.some(({ why }) => why !== 'silent')) return 'atRisk'
  return atRisk.length > 0 || total === 0 || facts.stores.length === 0 ? 'unknown' : 'yes'
}

export function outlookOf(facts: OutlookFacts): Outlook {
  const inView = facts.devices.filter(({ state }) => state !== null)
  const byMark = countBy(inView, marks, ({ mark }) => mark)
  const perMinute = speedOf(facts)
  const ready = readiness(facts, perMinute)
  const first = firstOpening(facts)
  const atRisk = storesAtRisk(facts)
  const from = ready.readyAt === null ? null : Math.max(ready.readyAt, facts.now)
  return {
    answer: answerOf(facts, inView.length, atRisk),
    ...{ done: byMark.done, total: inView.length, byMark, perMinute },
    ...ready,
    firstOpening: first,
    spareSeconds: from === null || first === null ? null : Math.round((first.at - from) / 1000),
    needPerson: facts.devices.filter(({ mark }) => needsPerson(mark)).length,
    storesAtRisk: atRisk,
  }
}
