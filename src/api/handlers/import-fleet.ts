import type { z } from 'zod'
import { importFleet } from '../../db/fleet.ts'
import { checkInventory } from '../../rollout/inventory.ts'
import type { Call, Handled } from '../call.ts'
import type { fleetBody } from '../fleet-schema.ts'
import { type Fault, faultsProblem, Problem } from '../problem.ts'

type FleetCall = Call<unknown, unknown, z.output<typeof fleetBody>>

/** The index that holds numbers apart within a store. */
const isNumberTwice = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  error.code === '23505' &&
  'constraint' in error &&
  error.constraint === 'device_number'

/** Applies an inventory: all of it, or nothing and every problem at once. */
export async function importFleetHandler({ db, body, actor }: FleetCall): Handled {
  const faults = checkInventory(body).map(
    ({ code, path, value }): Fault => ({ code, path, value: value.slice(0, 200) }),
  )
  if (faults.length > 0) throw faultsProblem(faults)
  try {
    return { body: await importFleet(db, body, actor) }
  } catch (error) {
    if (!isNumberTwice(error)) throw error
    throw new Problem('numberTwice', {
      detail: 'a device that is already there has this number; nothing was changed',
      cause: error,
    })
  }
}
