/** What only ages between planning and tonight, by name. */
import type { Database } from '../db/database.ts'
import { readDeviceNames } from '../db/device-names.ts'
import type { PlanDrift } from '../rollout/plan/drift.ts'
import { groupBy } from '../rollout/plan/group-by.ts'

/** Lines of an answer; `count` and `byCode` are of all. */
const SHOWN = 1000

export async function driftView(db: Database, drift: readonly PlanDrift[]) {
  const shown = drift.slice(0, SHOWN)
  const names = await readDeviceNames(
    db.pool,
    shown.map((one) => one.deviceId),
  )
  const byCode = [...groupBy(drift, (one) => one.code)].map(([code, all]) => [code, all.length] as const)
  return {
    count: drift.length,
    byCode: Object.fromEntries(byCode) as Record<string, number>,
    devices: shown.map(({ deviceId, code }) => ({
      code,
      cashId: names.get(deviceId)?.cashId ?? null,
      store: names.get(deviceId)?.store ?? null,
    })),
  }
}
