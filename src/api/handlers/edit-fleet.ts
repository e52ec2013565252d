import type { z } from 'zod'
import { editDevice, editStore } from '../../db/edit-fleet.ts'
import { isTimeZone } from '../../rollout/time/local-time.ts'
import { requirePermission } from '../auth.ts'
import type { Call, Handled } from '../call.ts'
import { addressFields, type deviceEdit, type storeEdit } from '../edit-schema.ts'
import { readIfMatch, refuseStale } from '../etag.ts'
import { faultsProblem, Problem } from '../problem.ts'
import { getDevice } from './get-device.ts'
import { getStore } from './get-store.ts'

type StoreCall = Call<{ code: string }, unknown, z.output<typeof storeEdit>>
type DeviceCall = Call<{ cashId: string }, unknown, z.output<typeof deviceEdit>>

/**
 * Whoever may change a name may not thereby send the head office, with a credential of anybody's, to another machine:
 * as an import, that is of the whole chain.
 */
function refuseAddresses({ principal, body }: Call<unknown, unknown, object>): void {
  const path = Object.keys(body).find((field) => addressFields.has(field))
  if (path === undefined) return
  requirePermission(principal, 'fleet.import')
  if (principal.storeGroups !== null) throw new Problem('outOfScope', { path })
}

/** Nobody moves a store to where they, or the others, do not see it. */
function refuseForeignGroup({ principal, body }: StoreCall): void {
  const { storeGroups } = principal
  if (storeGroups === null || body.group === undefined) return
  if (body.group === null || !storeGroups.includes(body.group))
    throw new Problem('outOfScope', { path: 'group' })
}

export async function editStoreHandler(call: StoreCall): Handled {
  const { db, params, body, actor, request } = call
  refuseAddresses(call)
  refuseForeignGroup(call)
  const wanted = readIfMatch(request)
  const { timeZone } = body
  if (timeZone !== undefined && !isTimeZone(timeZone))
    throw faultsProblem([{ code: 'timeZoneUnknown', path: 'timeZone', value: timeZone }])
  const asked = { name: params.code, actor, check: (row: { revision: number }) => refuseStale(wanted, row) }
  if ((await editStore(db, body, asked)) === undefined) throw new Problem('notFound')
  return getStore(call)
}

const isNumberTwice = (error: unknown): boolean =>
  error instanceof Error && 'constraint' in error && error.constraint === 'device_number'

export async function editDeviceHandler(call: DeviceCall): Handled {
  const { db, params, body, actor, request } = call
  refuseAddresses(call)
  const wanted = readIfMatch(request)
  const asked = { name: params.cashId, actor, check: (row: { revision: number }) => refuseStale(wanted, row) }
  try {
    if ((await editDevice(db, body, asked)) === undefined) throw new Problem('notFound')
  } catch (error) {
    if (!isNumberTwice(error)) throw error
    throw new Problem('numberTwice', {
      path: 'number',
      detail: 'another device of the store has this number',
      cause: error,
    })
  }
  return getDevice(call)
}
