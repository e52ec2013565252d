import { listStores } from '../../db/fleet.ts'
import type { Call, Handled } from '../call.ts'
import { storeView } from '../views.ts'

export async function listStoresHandler({ db }: Call): Handled {
  const stores = await listStores(db)
  return { body: { items: stores.map((store) => ({ ...storeView(store), devices: store._count.devices })) } }
}
