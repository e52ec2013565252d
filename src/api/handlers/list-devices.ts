import { listDevices } from '../../db/fleet.ts'
import type { Call, Handled } from '../call.ts'
import { deviceView } from '../views.ts'

type Query = { store?: string | undefined; kind?: string | undefined; limit: number }

/** `more` says that there are others beyond the limit. */
export async function listDevicesHandler({ db, query }: Call<unknown, Query>): Handled {
  const { store, kind, limit } = query
  const where = {
    ...(store === undefined ? {} : { storeCode: store }),
    ...(kind === undefined ? {} : { kind }),
  }
  const rows = await listDevices(db, where, limit + 1)
  const now = Date.now()
  const items = rows
    .slice(0, limit)
    .map(({ store: of, ...row }) => ({ ...deviceView(row, of.code, now), timeZone: of.timeZone }))
  return { body: { items, more: rows.length > limit } }
}
