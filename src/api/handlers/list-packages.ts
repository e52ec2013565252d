import type { z } from 'zod'
import type { SqlCondition } from '../../db/condition.ts'
import { readPackages } from '../../db/packages.ts'
import { readStorePackages } from '../../db/updates.ts'
import type { Call, Handled } from '../call.ts'
import { listQuery, pageAnswer, readList, removedFlag } from '../list.ts'
import { packageList, storePackageList } from '../lists/packages.ts'
import { packageView, storePackageView } from '../views.ts'

export const packagesQuery = listQuery(1000, 20_000, {})
export const storePackagesQuery = listQuery(1000, 20_000, removedFlag)

export async function listPackagesHandler(call: Call<unknown, z.output<typeof packagesQuery>>): Handled {
  const { db, query, principal } = call
  const page = await readList(db, packageList, { query, groups: principal.storeGroups })
  const rows = await readPackages(
    db,
    page.rows.map((row) => row.id),
  )
  return { body: pageAnswer(page, rows.map(packageView)) }
}

type StorePackagesCall<Params> = Call<Params, z.output<typeof storePackagesQuery>>

async function answerStorePackages({ db, query, principal }: StorePackagesCall<unknown>, code?: string) {
  const where: SqlCondition[] = code === undefined ? [] : [(push) => `s.code = ${push(code)}`]
  const asked = { query, groups: principal.storeGroups, where, of: code ?? '' }
  const page = await readList(db, storePackageList, asked)
  const rows = await readStorePackages(
    db,
    page.rows.map((row) => row.id),
  )
  const items = rows.map(({ store, package: of, ...row }) => ({
    store: store.code,
    ...storePackageView(row),
    package: packageView(of),
  }))
  return { body: pageAnswer(page, items) }
}

/** Which package lies where. */
export const listStorePackagesHandler = async (call: StorePackagesCall<unknown>): Handled =>
  answerStorePackages(call)

/** Of one store. */
export const listPackagesOfStoreHandler = async (call: StorePackagesCall<{ code: string }>): Handled =>
  answerStorePackages(call, call.params.code)
