/** Device updates as consequence.ts counts them: what a control would do, before anybody does it. */
import { type Consequence, type Control, consequence, type UpdateCount } from '../rollout/consequence.ts'
import type { RolloutKind } from '../rollout/due.ts'
import type { Executor } from './database.ts'
import { HELD } from './owned.ts'
import { LIVE } from './state-lists.ts'

export interface ConsequenceOf {
  readonly rolloutId: string
  readonly kind: RolloutKind
  readonly control: Control
  readonly wave?: number
  /** Only these devices are meant; the others stay as they are. */
  readonly cashIds?: readonly string[]
  /** Groups of stores whose devices may be named; null or left out: all. */
  readonly groups?: readonly string[] | null
  /** Only updates that ended so are meant. */
  readonly states?: readonly string[]
  /** Of the package; null: as the device says. */
  readonly canGoBack: boolean | null
}

/** Whom the control would not take, whatever its update says: as roll-back.ts with its plan, and retry.ts, leave them out. */
const TAKES: Readonly<Partial<Record<Control, string>>> = {
  rollback: `(u.state <> 'succeeded' OR (NOT u.carried AND u.package_id = r.package_id AND NOT ${HELD}
    AND s.removed_at IS NULL AND NOT d.blocked AND NOT d.in_reserve AND d.host IS NOT NULL AND t.version = k.version))`,
  retry: `(u.state ${LIVE} OR NOT ${HELD})`,
}

const countsFor = (control: Control): string => `
SELECT u.state, u.reason, u.wave, (w.released_at IS NOT NULL) AS "isReleased", count(*)::int AS count,
  (($2::text[] IS NULL OR (d.cash_id = ANY($2) AND ($4::text[] IS NULL OR s.group_name = ANY($4)))) AND ($3::text[] IS NULL OR u.state = ANY($3)) AND ${TAKES[control] ?? 'true'}) AS "isMeant"
FROM device_update u JOIN device d ON d.id = u.device_id JOIN store s ON s.id = u.store_id
JOIN rollout r ON r.id = u.rollout_id JOIN package k ON k.id = r.package_id
LEFT JOIN device_status t ON t.device_id = u.device_id
LEFT JOIN wave w ON w.rollout_id = u.rollout_id AND w.number = u.wave
WHERE u.rollout_id = $1 GROUP BY 1, 2, 3, 4, 6`

/** Every device of the rollout in exactly one number. Before its start a rollout has no rows: all are 0. */
export async function readConsequence(on: Executor, of: ConsequenceOf): Promise<Consequence> {
  const { rolloutId, kind, control, cashIds, groups, states, wave, canGoBack } = of
  const { rows } = await on.query<UpdateCount & { isMeant: boolean }>(countsFor(control), [
    rolloutId,
    cashIds ?? null,
    states ?? null,
    groups ?? null,
  ])
  const meant = rows.filter((row) => row.isMeant)
  const others = rows.reduce((sum, row) => sum + (row.isMeant ? 0 : row.count), 0)
  const found = consequence(control, meant, { kind, canGoBack, ...(wave === undefined ? {} : { wave }) })
  return { ...found, unchanged: found.unchanged + others }
}
