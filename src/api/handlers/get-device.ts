import { noWork, readDeviceWork } from '../../db/device-work.ts'
import { findDevice } from '../../db/devices.ts'
import { readSightings } from '../../db/sightings.ts'
import type { Call, Handled } from '../call.ts'
import { etagOf } from '../etag.ts'
import { Problem } from '../problem.ts'
import { deviceView, workView } from '../views.ts'

/**
 * With everything that the device last said (`said`), as old as `status.readAt`, and beside it what other systems say
 * (`sightings`), each as old as it says itself.
 */
export async function getDevice({ db, params }: Call<{ cashId: string }>): Handled {
  const device = await findDevice(db, params.cashId)
  if (device === null) throw new Problem('notFound')
  const { store, ...own } = device
  const work = await readDeviceWork(db.pool, [own.id])
  return {
    headers: { ETag: etagOf(own) },
    body: {
      ...deviceView(own, store.code, Date.now()),
      timeZone: store.timeZone,
      ...workView(work.get(own.id) ?? noWork),
      said: own.status?.status ?? null,
      sightings: await readSightings(db.pool, own.id, Date.now()),
    },
  }
}
