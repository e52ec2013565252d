/** What to expect of a plan: bytes, beginning and end per store, and warnings. Pure; it ages, and no hash covers it. */

import type { LaneKind } from '../lanes.ts'
import type { GatePolicy } from '../policy.ts'
import type { Calendar, InstallNeed } from '../time/calendar.ts'
import { MINUTE_MS } from '../time/local-time.ts'
import { freezesFor } from '../time/window.ts'
import { groupBy } from './group-by.ts'
import { packageFor } from './left-out.ts'
import { keptKinds, lanesToClose } from './plan-lanes.ts'
import type { Forecast, PlanDevice, PlanInput, PlanStore, StoreForecast } from './plan-types.ts'
import { play, type Run, type Slots, slotsFrom, type Work } from './slots.ts'

const SECOND_MS = 1000

export interface DraftWave {
  readonly name: string
  readonly devices: readonly PlanDevice[]
  /** Its sample cut to what the wave has … */
  readonly gate: GatePolicy
  /** … from so many. */
  readonly sampleAsked: number
}

/** A plan that is about to be one. */
export interface Drafted {
  readonly input: PlanInput
  /** In the order of their codes: those with a target. */
  readonly stores: readonly PlanStore[]
  /** By store id: equal calendars are one object. */
  readonly calendars: ReadonlyMap<string, Calendar>
  readonly waves: readonly DraftWave[]
  /** Tills that a server's update brings along, by the server's id. */
  readonly carried: ReadonlyMap<string, number>
  readonly need: InstallNeed
}

/** What was found of one store, besides what is shown. */
export interface StoreOutlook extends StoreForecast {
  readonly store: PlanStore
  readonly transferSeconds: number | null
  /** The package is not there in time for the store's first window. */
  readonly isLate: boolean
  /** Of these kinds no lane may ever be closed while the shop trades. */
  readonly keptKinds: readonly LaneKind[]
  /** Some time there is, whatever the lanes leave of it. */
  readonly hadTime: boolean
}

export interface Outlook extends Omit<Forecast, 'perStore' | 'warnings'> {
  readonly perStore: readonly StoreOutlook[]
}

/** Milliseconds since 1970; null: not within the horizon, or nothing is left in it. */
export interface WaveSpan {
  readonly startsAt: number | null
  readonly endsAt: number | null
}

const moment = (text: string | null): number | null => (text === null ? null : Date.parse(text))
const isServer = (device: PlanDevice): boolean => device.kind === 'storeServer'

function bytesOf(devices: readonly PlanDevice[], store: PlanStore, input: PlanInput) {
  if (input.kind === 'rollback') return { wanBytes: 0, lanBytes: 0 }
  const packages = devices.flatMap((device) => packageFor(input, device.kind) ?? [])
  const isThere = (one: PlanInput['package']) =>
    one === input.package ? store.hasPackage : store.hasServerPackage === true
  return {
    wanBytes: [...new Set(packages)].reduce((sum, one) => sum + (isThere(one) ? 0 : one.size), 0),
    lanBytes: packages.reduce((sum, one) => sum + one.size, 0),
  }
}

/** One at a time: each stops its shop, or what its shop hangs on. */
function serverWork(count: number): Work {
  let left = count
  return {
    isDone: () => left <= 0,
    takeRound: () => {
      left -= 1
      return 1
    },
  }
}

/** While the shop trades as many as lanes may be closed, otherwise as many as the store takes. */
function laneWork(devices: readonly PlanDevice[], store: PlanStore, input: PlanInput): Work {
  const atOnce = Math.max(store.maxInstalls, 1)
  const selfCheckouts = devices.filter((one) => one.kind === 'selfCheckout').length
  const left = { till: devices.length - selfCheckouts, selfCheckout: selfCheckouts }
  const takeKind = (kind: LaneKind, room: number, isTrading: boolean): number => {
    const limit = isTrading ? lanesToClose(store, kind, input.policy) : left[kind]
    const taken = Math.max(Math.min(left[kind], limit, room), 0)
    left[kind] -= taken
    return taken
  }
  return {
    isDone: () => left.till + left.selfCheckout <= 0,
    takeRound: (isTrading) => {
      const tills = takeKind('till', atOnce, isTrading)
      return tills + takeKind('selfCheckout', atOnce - tills, isTrading)
    },
  }
}

type SlotsOf = (store: PlanStore, mustBeClosed: boolean) => Slots

/** Slots of equal calendars, freezes and kinds of work are the same. */
function slotFinder({ input, need, calendars }: Drafted): SlotsOf {
  const { policy, now, freezes } = input
  const known = new Map<Calendar, Map<string, Slots>>()
  const overridden = policy.overrideFreezes.map((one) => one.freezeId)
  return (store, mustBeClosed) => {
    const calendar = calendars.get(store.id) ?? store.calendar
    const own = freezesFor(freezes, { storeId: store.id, group: store.group }, overridden)
    const key = [mustBeClosed, ...own.map((one) => one.id)].join(' ')
    const ofCalendar = known.get(calendar) ?? new Map<string, Slots>()
    known.set(calendar, ofCalendar)
    const made =
      ofCalendar.get(key) ??
      slotsFrom({
        calendar,
        windows: policy.windows,
        freezes: own,
        notBefore: moment(policy.startsAt),
        need,
        mustBeClosed,
        now,
      })
    ofCalendar.set(key, made)
    return made
  }
}

/** Two runs of one store, one after the other. */
function join(a: Run | undefined, b: Run): Run {
  if (a === undefined) return b
  return {
    startsAt: a.startsAt ?? b.startsAt,
    endsAt: a.endsAt === null || b.endsAt === null ? null : Math.max(a.endsAt, b.endsAt),
    deadline: a.deadline ?? b.deadline,
    hadTime: a.hadTime && b.hadTime,
  }
}

/** One store's part of a wave: its server, then the rest. */
function playPart(
  devices: readonly PlanDevice[],
  store: PlanStore,
  since: number,
  { input, need }: Drafted,
  slots: SlotsOf,
): Run {
  const roundMs = (need.installSeconds + need.confirmSeconds) * SECOND_MS
  const last = moment(input.policy.endsAt) ?? Number.POSITIVE_INFINITY
  const servers = devices.filter(isServer)
  const others = devices.filter((one) => !isServer(one))
  const stopsShop =
    input.kind === 'update' && servers.some((one) => packageFor(input, one.kind)?.updatesTills === true)
  let run: Run | undefined
  if (servers.length > 0)
    run = play(serverWork(servers.length), slots(store, stopsShop), since, last, roundMs)
  if (others.length === 0 && run !== undefined) return run
  const from = run?.endsAt ?? since
  return join(run, play(laneWork(others, store, input), slots(store, false), from, last, roundMs))
}

/** Of one wave in all its stores. */
function addToSpan(span: WaveSpan, { startsAt, endsAt }: Run): WaveSpan {
  const starts = [span.startsAt, startsAt].filter((at) => at !== null)
  const isOpenEnded = endsAt === null || (span.startsAt !== null && span.endsAt === null)
  return {
    startsAt: starts.length === 0 ? null : Math.min(...starts),
    endsAt: isOpenEnded ? null : Math.max(endsAt, span.endsAt ?? endsAt),
  }
}

/** Every wave begins when the one before it is over, and has soaked. */
function playWaves(
  drafted: Drafted,
  readyAt: ReadonlyMap<string, number>,
  slots: SlotsOf,
  spans: WaveSpan[] = [],
): Map<string, Run> {
  const stores = new Map(drafted.stores.map((store) => [store.id, store]))
  const runs = new Map<string, Run>()
  let since = drafted.input.now
  for (const wave of drafted.waves) {
    let end = since
    let span: WaveSpan = { startsAt: null, endsAt: null }
    for (const [storeId, devices] of groupBy(wave.devices, (one) => one.storeId)) {
      const store = stores.get(storeId)
      if (store === undefined) continue
      const run = playPart(devices, store, Math.max(since, readyAt.get(storeId) ?? since), drafted, slots)
      runs.set(storeId, join(runs.get(storeId), run))
      end = Math.max(end, run.endsAt ?? end)
      span = addToSpan(span, run)
    }
    spans.push(span)
    since = end + wave.gate.soakMinutes * MINUTE_MS
  }
  return runs
}

/** When each wave begins and ends, its packages being there: in the order of the waves. */
export function waveSpans(drafted: Drafted): WaveSpan[] {
  const spans: WaveSpan[] = []
  playWaves(drafted, new Map(), slotFinder(drafted), spans)
  return spans
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** @throws RangeError for calendars and freezes that calendar-check.ts would refuse */
export function outlook(drafted: Drafted): Outlook {
  const { input, stores } = drafted
  const devices = groupBy(
    drafted.waves.flatMap((wave) => wave.devices),
    (one) => one.storeId,
  )
  const preloadAt = Math.max(input.now, moment(input.policy.preloadFrom) ?? input.now)
  const parts = stores.map((store) => {
    const own = devices.get(store.id) ?? []
    const bytes = bytesOf(own, store, input)
    const speed = store.bytesPerSecond
    const transferSeconds = speed === null || speed <= 0 ? null : bytes.wanBytes / speed
    return { store, own, ...bytes, transferSeconds }
  })
  const readyAt = new Map(
    parts.map((part) => [part.store.id, preloadAt + (part.transferSeconds ?? 0) * SECOND_MS]),
  )
  const slots = slotFinder(drafted)
  const runs = playWaves(drafted, readyAt, slots)
  const perStore = parts.map(({ store, own, ...part }): StoreOutlook => {
    const run = runs.get(store.id)
    const estimatedEnd = run?.endsAt ?? null
    const startsAt = run?.startsAt ?? null
    return {
      ...part,
      store,
      isLate:
        (readyAt.get(store.id) ?? 0) > (slots(store, false)(0)?.latestStart ?? Number.POSITIVE_INFINITY),
      storeId: store.id,
      code: store.code,
      devices: own.length + sum(own.map((one) => drafted.carried.get(one.id) ?? 0)),
      startsAt,
      estimatedEnd,
      fits: estimatedEnd !== null && estimatedEnd <= (run?.deadline ?? 0),
      keptKinds: keptKinds(own, store, input.policy),
      hadTime: run?.hadTime ?? false,
    }
  })
  const starts = perStore.flatMap((one) => one.startsAt ?? [])
  const ends = perStore.flatMap((one) => one.estimatedEnd ?? [])
  return {
    perStore,
    wanBytes: sum(perStore.map((one) => one.wanBytes)),
    lanBytes: sum(perStore.map((one) => one.lanBytes)),
    startsAt: starts.length === 0 ? null : starts.reduce((a, b) => Math.min(a, b)),
    endsAt: ends.length < perStore.length ? null : ends.reduce((a, b) => Math.max(a, b)),
  }
}
