import { z } from 'zod'
import { blockDevice, changeHours } from '../../db/change-fleet.ts'
import { checkHours } from '../../rollout/inventory.ts'
import type { calendarBody } from '../calendar-schema.ts'
import type { Call, Handled } from '../call.ts'
import { readIfMatch, refuseStale } from '../etag.ts'
import { faultsProblem, Problem } from '../problem.ts'
import { text } from '../schemas.ts'
import { getDevice } from './get-device.ts'
import { getStore } from './get-store.ts'

type HoursCall = Call<{ code: string }, unknown, z.output<typeof calendarBody>>

/**
 * A store's windows, opening hours and exceptions, over what was seen of the store; null: every night from eleven to six
 * again.
 */
export async function changeHoursHandler(call: HoursCall): Handled {
  const { db, params, body, actor, request } = call
  const { calendar } = body
  const wanted = readIfMatch(request)
  const faults = calendar === null ? [] : checkHours(calendar, 'calendar')
  if (faults.length > 0) throw faultsProblem(faults)
  const check = (row: { readonly revision: number }) => refuseStale(wanted, row)
  if (!(await changeHours(db, params.code, calendar, { actor, check }))) throw new Problem('notFound')
  return getStore(call)
}

export const blockBody = z.strictObject({ on: z.boolean(), reason: text(500) })
type BlockCall = Call<{ cashId: string }, unknown, z.output<typeof blockBody>>

/** Blocked devices are left out of plans. */
export async function blockDeviceHandler(call: BlockCall): Handled {
  const { db, params, body, actor } = call
  const isChanged = await blockDevice(db, { cashId: params.cashId, ...body, actor })
  if (isChanged === undefined) throw new Problem('notFound')
  return getDevice(call)
}
