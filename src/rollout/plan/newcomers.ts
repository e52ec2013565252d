/** A later revision of a plan that runs: who came since is added to its last wave, and nothing else changes. Pure. */
import { canonical } from './plan-hash.ts'
import type { Plan } from './plan-types.ts'

interface Places {
  readonly stores: Plan['stores']
  readonly calendars: Plan['calendars']
  /** Store id → its place. */
  readonly placeOf: ReadonlyMap<string, number>
}

/** Stores that the plan knows keep the calendar it was approved with. */
function withStores(plan: Plan, now: Plan, storeIds: ReadonlySet<string>): Places {
  const calendars = [...plan.calendars]
  const texts = calendars.map(canonical)
  const stores = [...plan.stores]
  const known = new Set(stores.map((store) => store.id))
  for (const { id, calendar } of now.stores) {
    const own = now.calendars[calendar]
    if (known.has(id) || !storeIds.has(id) || own === undefined) continue
    const text = canonical(own)
    if (!texts.includes(text)) {
      texts.push(text)
      calendars.push(own)
    }
    stores.push({ id, calendar: texts.indexOf(text) })
  }
  return { stores, calendars, placeOf: new Map(stores.map(({ id }, place) => [id, place])) }
}

/** A till comes along with a server that is still to be updated; another one is looked at by the next rollout. */
function newCarried(plan: Plan, now: Plan, isNew: (id: string) => boolean): Plan['carried'] {
  const servers = new Set(plan.waves.flatMap((wave) => wave.deviceIds))
  return now.carried.flatMap(({ serverId, deviceIds }) => {
    const own = deviceIds.filter(isNew)
    return own.length > 0 && (servers.has(serverId) || isNew(serverId)) ? [{ serverId, deviceIds: own }] : []
  })
}

function mergeCarried(plan: Plan, added: Plan['carried']): Plan['carried'] {
  const byServer = new Map(plan.carried.map((one) => [one.serverId, one.deviceIds]))
  for (const { serverId, deviceIds } of added)
    byServer.set(serverId, [...(byServer.get(serverId) ?? []), ...deviceIds])
  return [...byServer].map(([serverId, deviceIds]) => ({ serverId, deviceIds }))
}

/**
 * The plan with its newcomers, or undefined: there is nobody new to install.
 * @param now what a plan for the same selection, packages and policy would be today
 * @param rowIds devices that the rollout has rows of, whatever the plan says
 */
export function withNewcomers(plan: Plan, now: Plan, rowIds: Iterable<string>): Plan | undefined {
  const known = new Set([
    ...plan.devices.map((one) => one.id),
    ...plan.leftOut.map((one) => one.deviceId),
    ...rowIds,
  ])
  const isNew = (id: string): boolean => !known.has(id)
  const targets = now.waves.flatMap((wave) => wave.deviceIds).filter(isNew)
  const carried = newCarried(plan, now, isNew)
  const reached = new Set([...targets, ...carried.flatMap((one) => one.deviceIds)])
  if (reached.size === 0) return undefined
  const added = now.devices.filter((one) => reached.has(one.id))
  const storeOf = (place: number) => now.stores[place]?.id ?? ''
  const places = withStores(plan, now, new Set(added.map((one) => storeOf(one.store))))
  return {
    ...plan,
    waves: plan.waves.map((wave, i) =>
      i === plan.waves.length - 1 ? { ...wave, deviceIds: [...wave.deviceIds, ...targets] } : wave,
    ),
    carried: mergeCarried(plan, carried),
    leftOut: [...plan.leftOut, ...now.leftOut.filter((one) => isNew(one.deviceId))],
    devices: [
      ...plan.devices,
      ...added.map((one) => ({ ...one, store: places.placeOf.get(storeOf(one.store)) ?? -1 })),
    ],
    stores: places.stores,
    calendars: places.calendars,
  }
}
