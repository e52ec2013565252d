import type { z } from 'zod'
import { FleetRefused, importFleet } from '../../db/fleet.ts'
import { checkInventory } from '../../rollout/inventory.ts'
import type { Call, Handled } from '../call.ts'
import type { fleetBody } from '../fleet-schema.ts'
import { type Fault, faultsProblem, Problem } from '../problem.ts'

type FleetCall = Call<unknown, unknown, z.output<typeof fleetBody>>

/** Somebody already there stands in the way: another device with the number, or a rollout. */
export function refusedProblem(error: FleetRefused): Problem {
  const [first] = error.refusals
  const detail = `${first?.cashId} and ${error.refusals.length - 1} more; nothing was changed`
  return new Problem(first?.code ?? 'notAllowed', {
    detail: error.refusals.length === 1 ? `${first?.cashId}; nothing was changed` : detail,
    more: { refusals: error.refusals.slice(0, 100) },
    cause: error,
  })
}

/** Applies an inventory: all of it, or nothing and every problem at once. */
export async function importFleetHandler({ db, body, actor }: FleetCall): Handled {
  const faults = checkInventory(body).map(
    ({ code, path, value }): Fault => ({ code, path, value: value.slice(0, 200) }),
  )
  if (faults.length > 0) throw faultsProblem(faults)
  try {
    return { body: await importFleet(db, body, actor) }
  } catch (error) {
    throw error instanceof FleetRefused ? refusedProblem(error) : error
  }
}
