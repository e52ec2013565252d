import type { z } from 'zod'
import type { SqlCondition } from '../../db/condition.ts'
import { noWork, readDeviceWork } from '../../db/device-work.ts'
import { readDevices } from '../../db/devices.ts'
import { formatVersion } from '../../rollout/versions.ts'
import type { Call, Handled } from '../call.ts'
import {
  type Asked,
  type countsQuery,
  listQuery,
  pageAnswer,
  readList,
  readListCounts,
  removedFlag,
} from '../list.ts'
import type { ListSpec } from '../list-spec.ts'
import { deviceList } from '../lists/devices.ts'
import { identifier, kind } from '../schemas.ts'
import { deviceView, workView } from '../views.ts'

export const devicesQuery = listQuery(1000, 20_000, {
  store: identifier(64).optional().meta({ description: 'As `filter=store:…`.' }),
  kind: kind.optional().meta({ description: 'As `filter=kind:…`.' }),
  ...removedFlag,
})

export async function listDevicesHandler(call: Call<unknown, z.output<typeof devicesQuery>>): Handled {
  const { db, query, principal } = call
  const { store, kind: wanted } = query
  const where: SqlCondition[] = []
  if (store !== undefined) where.push((push) => `s.code = ${push(store)}`)
  if (wanted !== undefined) where.push((push) => `d.kind = ${push(wanted)}`)
  const of = JSON.stringify([store, wanted])
  const page = await readList(db, deviceList, { query, groups: principal.storeGroups, where, of })
  const ids = page.rows.map((row) => row.id)
  const [rows, work] = await Promise.all([readDevices(db, ids), readDeviceWork(db.pool, ids)])
  const now = Date.now()
  const items = rows.map(({ store: at, ...row }) => ({
    ...deviceView(row, at.code, now),
    timeZone: at.timeZone,
    ...workView(work.get(row.id) ?? noWork),
  }))
  return { body: pageAnswer(page, items) }
}

type CountsCall = Call<unknown, z.output<ReturnType<typeof countsQuery>>>

/** Counts of a list by one of its fields. Versions are eight digits there, too. */
export const countsHandler =
  (spec: ListSpec) =>
  async ({ db, query: { by, ...rest }, principal }: CountsCall): Handled => ({
    body: await readCounts(db, spec, by, { query: { limit: 1, ...rest }, groups: principal.storeGroups }),
  })

export async function readCounts(db: Call['db'], spec: ListSpec, by: string, asked: Asked) {
  const found = await readListCounts(db, spec, by, asked)
  if (spec.fields[by]?.type !== 'version') return found
  const counts = found.counts.map(({ key, count }) => ({
    key: key === null ? null : formatVersion(Number(key)),
    count,
  }))
  return { ...found, counts }
}
