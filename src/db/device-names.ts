import type { Forecast } from '../rollout/plan/plan-types.ts'
import type { Executor } from './database.ts'

/** Time zones of a forecast's stores, by code. */
export async function readZones(
  on: Executor,
  { perStore }: Pick<Forecast, 'perStore'>,
): Promise<Map<string, string>> {
  const codes = perStore.map((one) => one.code)
  const { rows } = await on.query<{ code: string; zone: string }>(
    'SELECT code, time_zone AS zone FROM store WHERE code = ANY($1)',
    [codes],
  )
  return new Map(rows.map(({ code, zone }) => [code, zone]))
}

export interface DeviceName {
  readonly id: string
  readonly cashId: string
  /** Its store's code. */
  readonly store: string
}

/** What people call these devices, by id; ids that are no device's are missing. */
export async function readDeviceNames(
  on: Executor,
  ids: readonly string[],
): Promise<Map<string, DeviceName>> {
  if (ids.length === 0) return new Map()
  const { rows } = await on.query<DeviceName>(
    `SELECT d.id, d.cash_id AS "cashId", s.code AS store FROM device d JOIN store s ON s.id = d.store_id
     WHERE d.id = ANY($1::uuid[])`,
    [ids],
  )
  return new Map(rows.map((row) => [row.id, row]))
}
