import type { Executor } from './database.ts'

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
