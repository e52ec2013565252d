import { findDevice } from '../../db/fleet.ts'
import type { Call, Handled } from '../call.ts'
import { Problem } from '../problem.ts'
import { deviceView } from '../views.ts'

/** With everything that the device last said (`said`), as old as `status.readAt`. */
export async function getDevice({ db, params }: Call<{ cashId: string }>): Handled {
  const device = await findDevice(db, params.cashId)
  if (device === null) throw new Problem('notFound')
  const { store, ...own } = device
  return {
    body: {
      ...deviceView(own, store.code, Date.now()),
      timeZone: store.timeZone,
      said: own.status?.status ?? null,
    },
  }
}
