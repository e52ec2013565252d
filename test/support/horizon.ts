/** The place in the streams below which everything is told that was committed until now. */

import type { Executor } from '../../src/db/database.ts'
import { type Horizon, readLiveHorizon } from '../../src/db/live.ts'
import { until } from './until.ts'

/** A horizon alone may lie before what is long committed: it waits for the oldest transaction that runs. */
export async function passedHorizon(on: Executor): Promise<Horizon> {
  const { rows } = await on.query<{ own: string }>('SELECT pg_current_xact_id()::text AS own')
  const own = BigInt(rows[0]?.own ?? 0)
  const passed = async () => {
    const horizon = await readLiveHorizon(on)
    return BigInt(horizon.xid) > own && horizon
  }
  return until(passed, { within: 20_000, label: 'no transaction runs that is older' })
}
