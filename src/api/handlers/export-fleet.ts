import { z } from 'zod'
import { readInventory } from '../../db/fleet-state.ts'
import { fleetCsv } from '../../fleet/write-csv.ts'
import type { Call, Handled } from '../call.ts'

export const exportQuery = z.strictObject({ format: z.enum(['json', 'csv']).default('json') })

/** Everything in the fleet that the asker may see, as a file that can be imported again and then changes nothing. */
export async function exportFleetHandler(call: Call<unknown, z.output<typeof exportQuery>>): Handled {
  const { db, query, principal, response } = call
  const stores = await readInventory(db.pool, principal.storeGroups)
  if (query.format === 'json')
    return { body: { stores }, headers: { 'Content-Disposition': 'attachment; filename="fleet.json"' } }
  response.setHeader('Content-Type', 'text/csv; charset=utf-8; header=present')
  response.setHeader('Content-Disposition', 'attachment; filename="fleet.csv"')
  response.end(fleetCsv(stores))
  return undefined
}
