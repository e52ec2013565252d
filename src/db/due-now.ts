/** What a device update waits for now, and until when: computed from rows as the conductor does, never stored. */

import { type Circumstances, dueNow, judgeRows, type RestingRow } from '../rollout/decide.ts'
import type { Due, RolloutKind } from '../rollout/due.ts'
import type { Policy } from '../rollout/policy.ts'
import { release } from '../rollout/release.ts'
import type { RolloutState } from '../rollout/states.ts'
import type { InstallNeed, InstallTime } from '../rollout/time/calendar.ts'
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

interface Place {
  readonly rolloutId: string
  readonly storeId: string
}
const keyOf = ({ rolloutId, storeId }: Place): string => `${rolloutId} ${storeId}`

function placesOf(rows: readonly Row[]): Place[] {
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()]
}

async function circumstancesOf(on: Executor, rows: readonly Row[]): Promise<Circumstances> {
  const now = await readNow(on)
  const places = placesOf(rows)
  const times = await readStoreTimes(on, places)
  const timesOf = new Map(places.map((place, i) => [keyOf(place), times[i]]))
  const byStore = new Map(places.map(({ storeId }, i) => [storeId, times[i]]))
  const termsOf = new Map(rows.map((row) => [row.rolloutId, row]))
  const freezes = await readFreezes(on)
  // A page has 20,000 rows, and each is asked about twice.
  const known = new Map<string, InstallTime>()
  return {
    now,
    terms: (rolloutId) => {
      const row = termsOf.get(rolloutId)
      return row && { kind: row.kind, state: row.rolloutState, policy: row.policy }
    },
    installTime: (rolloutId, storeId, mustBeClosed) => {
      const [own, row] = [timesOf.get(keyOf({ rolloutId, storeId })), termsOf.get(rolloutId)]
      if (own === undefined || row === undefined)
        return { may: false, because: 'windowClosed', at: null, isTrading: true, until: now }
      const key = `${keyOf({ rolloutId, storeId })} ${mustBeClosed}`
      const { policy, need } = row
      const time =
        known.get(key) ?? installTimeOf({ storeId, times: own, freezes, policy, need, mustBeClosed, now })
      known.set(key, time)
      return time
    },
    trading: (storeId) => (byStore.get(storeId)?.present.opening === 'always' ? 'always' : 'trading'),
  }
}

type Bounded = (row: Row) => DueNow['bounded']

/** Whether its store has a lane or a place for it, each row by itself. */
async function boundsOf(on: Executor, rows: readonly Row[], world: Circumstances): Promise<Bounded> {
  const wanted = judgeRows(rows, world).wanted.filter((one) => one.closesLane)
  const byId = new Map(wanted.map((one) => [one.updateId, one]))
  const trading = wanted.flatMap(({ storeId, trading: how }) =>
    how === null ? [] : [[storeId, how] as const],
  )
  const stores = [...new Set(wanted.map((one) => one.storeId))]
  const loads = stores.length === 0 ? new Map() : await readLoads(on, stores, new Map(trading))
  return ({ id, storeId }) => {
    const one = byId.get(id)
    if (one === undefined || release([one], loads, { total: 1, ramp: new Map() }).length === 1) return null
    const load = loads.get(storeId)
    return load === undefined || load.installs >= load.maxInstalls ? 'storeLimit' : 'lanesTooFew'
  }
}

function dueOf(row: Row, world: Circumstances, bounded: Bounded): DueNow | undefined {
  const judged = dueNow(row, world)
  if (judged === undefined) return undefined
  const { due, install } = judged
  if (due.do !== 'wait') return { due, bounded: bounded(row), until: null }
  if (due.for === 'backoff') return { due, bounded: null, until: row.notBefore }
  return { due, bounded: null, until: !install.may && due.for === install.because ? install.at : null }
}

/** By id; those that are not there are left out. */
export async function readAllDue(db: Database, ids: readonly string[]): Promise<Map<string, DueNow>> {
  if (ids.length === 0) return new Map()
  const { rows } = await db.pool.query<Row>(
    `SELECT ${CANDIDATE}, r.kind, r.state AS "rolloutState", r.policy, r.need ${CANDIDATE_FROM} WHERE u.id = ANY($1::uuid[])`,
    [ids],
  )
  const world = await circumstancesOf(db.pool, rows)
  const bounded = await boundsOf(db.pool, rows, world)
  return new Map(
    rows.flatMap((row) => {
      const due = dueOf(row, world, bounded)
      return due === undefined ? [] : [[row.id, due] as const]
    }),
  )
}

/** Undefined: no such row. */
export const readDue = async (db: Database, id: string): Promise<DueNow | undefined> =>
  (await readAllDue(db, [id])).get(id)
