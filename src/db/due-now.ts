/** What a device update waits for now, and until when: computed from rows as the conductor does, never stored. */

import { type Circumstances, dueNow, judgeRows, type RestingRow } from '../rollout/decide.ts'
import type { Due, RolloutKind } from '../rollout/due.ts'
import type { Policy } from '../rollout/policy.ts'
import { release } from '../rollout/release.ts'
import type { RolloutState } from '../rollout/states.ts'
import type { InstallNeed } from '../rollout/time/calendar.ts'
import { installTimeOf } from '../rollout/time/install-times.ts'
import { readStoreTimes } from './calendars.ts'
import { CANDIDATE, CANDIDATE_FROM } from './claims.ts'
import type { Database, Executor } from './database.ts'
import { readFreezes } from './freezes.ts'
import { readLoads } from './loads.ts'
import { readNow } from './waves.ts'

interface Row extends RestingRow {
  readonly kind: RolloutKind
  readonly rolloutState: RolloutState
  readonly policy: Policy
  readonly need: InstallNeed
}

export interface DueNow {
  readonly due: Due
  /** Due, and its store has no room for it now. */
  readonly bounded: 'lanesTooFew' | 'storeLimit' | null
  /** When what it waits for is over, as far as is known: milliseconds since 1970. */
  readonly until: number | null
}

async function circumstancesOf(on: Executor, row: Row): Promise<Circumstances> {
  const { kind, rolloutState: state, policy, need, storeId } = row
  const now = await readNow(on)
  const [times] = await readStoreTimes(on, [row])
  const freezes = await readFreezes(on)
  return {
    now,
    terms: () => ({ kind, state, policy }),
    installTime: (_rollout, _store, mustBeClosed) =>
      times === undefined
        ? { may: false, because: 'windowClosed', at: null, isTrading: true, until: now }
        : installTimeOf({ storeId, times, freezes, policy, need, mustBeClosed, now }),
    trading: () => (times?.present.opening === 'always' ? 'always' : 'trading'),
  }
}

/** Whether its store has a lane or a place for it. */
async function whatBounds(on: Executor, row: Row, world: Circumstances): Promise<DueNow['bounded']> {
  const [wanted] = judgeRows([row], world).wanted
  if (wanted === undefined || !wanted.closesLane) return null
  const trading = wanted.trading === null ? [] : [[row.storeId, wanted.trading] as const]
  const loads = await readLoads(on, [row.storeId], new Map(trading))
  if (release([wanted], loads, { total: 1, ramp: new Map() }).length === 1) return null
  const load = loads.get(row.storeId)
  return load === undefined || load.installs >= load.maxInstalls ? 'storeLimit' : 'lanesTooFew'
}

/** Undefined: no such row. */
export async function readDue(db: Database, id: string): Promise<DueNow | undefined> {
  const { rows } = await db.pool.query<Row>(
    `SELECT ${CANDIDATE}, r.kind, r.state AS "rolloutState", r.policy, r.need ${CANDIDATE_FROM} WHERE u.id = $1`,
    [id],
  )
  const [row] = rows
  if (row === undefined) return undefined
  const world = await circumstancesOf(db.pool, row)
  const judged = dueNow(row, world)
  if (judged === undefined) return undefined
  const { due, install } = judged
  if (due.do !== 'wait') return { due, bounded: await whatBounds(db.pool, row, world), until: null }
  if (due.for === 'backoff') return { due, bounded: null, until: row.notBefore }
  return { due, bounded: null, until: !install.may && due.for === install.because ? install.at : null }
}
