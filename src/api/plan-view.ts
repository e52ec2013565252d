/** A plan as people and programs read it: numbers, names, what to expect. Whole lists are in GET /rollouts/:id/plan. */
import { groupBy } from '../rollout/plan/group-by.ts'
import { planHash } from '../rollout/plan/plan-hash.ts'
import type { Forecast, Plan, PlanInput, PlanWarning } from '../rollout/plan/plan-types.ts'
import type { WavePlan } from '../rollout/plan/wave-types.ts'
import { formatVersion } from '../rollout/versions.ts'

/** Of one reason, or of what is carried: more are in the whole plan. */
const SHOWN = 200

const countBy = <T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> =>
  Object.fromEntries([...groupBy(items, keyOf)].map(([key, all]) => [key, all.length]))

/** How many where; gates as they were resolved for each wave. */
export function planSummary(plan: Plan) {
  const storeOf = new Map(plan.devices.map((one) => [one.id, one.store]))
  return {
    targets: plan.waves.reduce((sum, wave) => sum + wave.deviceIds.length, 0),
    carried: plan.carried.reduce((sum, one) => sum + one.deviceIds.length, 0),
    stores: plan.stores.length,
    waves: plan.waves.map(({ number, name, deviceIds, gate }) => ({
      number,
      name,
      devices: deviceIds.length,
      stores: new Set(deviceIds.map((id) => storeOf.get(id))).size,
      gate,
    })),
    leftOut: plan.leftOut.length,
    leftOutByReason: countBy(plan.leftOut, (one) => one.reason),
  }
}

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())

/** Times are ISO 8601 in UTC; null: not within the next 14 days. */
function forecastView({ perStore, wanBytes, lanBytes, startsAt, endsAt }: Forecast, { zones }: Names) {
  return {
    wanBytes,
    lanBytes,
    startsAt: iso(startsAt),
    endsAt: iso(endsAt),
    fits: perStore.every((one) => one.fits),
    stores: perStore.map(({ storeId: _, code, startsAt: from, estimatedEnd, ...one }) => ({
      store: code,
      timeZone: zones.get(code) ?? null,
      ...one,
      startsAt: iso(from),
      estimatedEnd: iso(estimatedEnd),
    })),
  }
}

const VERSIONED = 'packages'

/** Versions are shown as eight digits, also within a warning. */
function warningView({ code, params }: PlanWarning) {
  const packages = params[VERSIONED]
  if (!Array.isArray(packages)) return { code, params }
  const shown = packages.map((one: { version: number }) => ({ ...one, version: formatVersion(one.version) }))
  return { code, params: { ...params, [VERSIONED]: shown } }
}

interface Names {
  /** By id. */
  readonly devices: ReadonlyMap<string, { readonly cashId: string; readonly store: string }>
  /** Time zones, by the code of the store. */
  readonly zones: ReadonlyMap<string, string>
}

export const namesOf = ({ devices, stores }: Pick<PlanInput, 'devices' | 'stores'>): Names => ({
  devices: new Map(devices.map(({ id, cashId, storeCode }) => [id, { cashId, store: storeCode }])),
  zones: new Map(stores.map(({ code, calendar }) => [code, calendar.timeZone])),
})

const nameView = (names: Names, id: string) => ({
  cashId: names.devices.get(id)?.cashId ?? null,
  store: names.devices.get(id)?.store ?? null,
})

function leftOutView({ leftOut }: Plan, names: Names) {
  return [...groupBy(leftOut, (one) => one.reason)].map(([reason, all]) => ({
    reason,
    count: all.length,
    devices: all.slice(0, SHOWN).map((one) => nameView(names, one.deviceId)),
  }))
}

function carriedView({ carried }: Plan, names: Names) {
  return carried.slice(0, SHOWN).map(({ serverId, deviceIds }) => ({
    server: nameView(names, serverId),
    count: deviceIds.length,
    devices: deviceIds.slice(0, SHOWN).map((id) => nameView(names, id).cashId),
  }))
}

export interface ShownPlan {
  readonly plan: Plan
  readonly forecast: Forecast
  readonly waves: WavePlan
  readonly wavesBy: 'asked' | 'default'
}

/** What POST /rollouts and its dry run answer of a plan. */
export function planAnswer({ plan, forecast, waves, wavesBy }: ShownPlan, names: Names, isFull: boolean) {
  return {
    planHash: planHash(plan),
    cut: waves,
    wavesBy,
    plan: planSummary(plan),
    leftOut: leftOutView(plan, names),
    carried: carriedView(plan, names),
    forecast: forecastView(forecast, names),
    warnings: forecast.warnings.map(warningView),
    ...(isFull ? { fullPlan: plan } : {}),
  }
}
