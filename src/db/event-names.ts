import type { Executor } from './database.ts'
import type { EventRow } from './events.ts'

export interface EventNames {
  /** By id. */
  readonly stores: ReadonlyMap<string, { readonly code: string; readonly timeZone: string }>
  readonly cashIds: ReadonlyMap<string, string>
}

const idsOf = (values: readonly (string | null)[]): string[] => [
  ...new Set(values.filter((value) => value !== null)),
]

/** What people call the stores and devices that events point at. */
export async function readEventNames(on: Executor, events: readonly EventRow[]): Promise<EventNames> {
  const storeIds = idsOf(events.map((event) => event.storeId))
  const deviceIds = idsOf(events.map((event) => event.deviceId))
  if (storeIds.length === 0 && deviceIds.length === 0) return { stores: new Map(), cashIds: new Map() }
  const { rows } = await on.query<{ id: string; name: string; timeZone: string | null }>(
    `SELECT id, code AS name, time_zone AS "timeZone" FROM store WHERE id = ANY($1::uuid[])
     UNION ALL SELECT id, cash_id, NULL FROM device WHERE id = ANY($2::uuid[])`,
    [storeIds, deviceIds],
  )
  const stores = rows.flatMap(({ id, name, timeZone }) =>
    timeZone === null ? [] : [[id, { code: name, timeZone }] as const],
  )
  const cashIds = rows.flatMap(({ id, name, timeZone }) => (timeZone === null ? [[id, name] as const] : []))
  return { stores: new Map(stores), cashIds: new Map(cashIds) }
}
