import type { z } from 'zod'
import { readStores } from '../../db/stores.ts'
import type { Call, Handled } from '../call.ts'
import { listQuery, pageAnswer, readList, removedFlag } from '../list.ts'
import type { ListSpec } from '../list-spec.ts'
import { groupList, labelList, storeList } from '../lists/stores.ts'
import { storeView } from '../views.ts'

export const storesQuery = listQuery(1000, 20_000, removedFlag)

export async function listStoresHandler(call: Call<unknown, z.output<typeof storesQuery>>): Handled {
  const { db, query, principal } = call
  const page = await readList(db, storeList, { query, groups: principal.storeGroups })
  const rows = await readStores(
    db,
    page.rows.map((row) => row.id),
  )
  const items = rows.map(({ _count, ...store }) => ({ ...storeView(store), devices: _count.devices }))
  return { body: pageAnswer(page, items) }
}

export const namesQuery = listQuery(1000, 20_000, {})

interface NameRow {
  readonly id: string
  readonly name: string
  readonly stores: number
  readonly devices: number
}

/** Groups, or labels, with how many stores and devices have them. */
const listNames =
  (spec: ListSpec) =>
  async ({ db, query, principal }: Call<unknown, z.output<typeof namesQuery>>): Handled => {
    const page = await readList<NameRow>(db, spec, { query, groups: principal.storeGroups })
    const items = page.rows.map(({ name, stores, devices }) => ({ name, stores, devices }))
    return { body: pageAnswer(page, items) }
  }

export const listGroupsHandler = listNames(groupList)
export const listLabelsHandler = listNames(labelList)
