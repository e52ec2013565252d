import { findStore } from '../../db/stores.ts'
import type { Call, Handled } from '../call.ts'
import { etagOf } from '../etag.ts'
import { Problem } from '../problem.ts'
import { contactView, deviceView, packageView, storePackageView, storeView } from '../views.ts'

export async function getStore({ db, params }: Call<{ code: string }>): Handled {
  const store = await findStore(db, params.code)
  if (store === null) throw new Problem('notFound')
  const now = Date.now()
  return {
    headers: { ETag: etagOf(store) },
    body: {
      ...storeView(store),
      contact: contactView(store.contact, now),
      devices: store.devices.map((device) => deviceView(device, store.code, now)),
      packages: store.storePackages.map((one) => ({
        ...storePackageView(one),
        package: packageView(one.package),
      })),
    },
  }
}
