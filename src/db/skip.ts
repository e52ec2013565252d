/** A person takes devices out of a rollout, before anything was installed on them. */
import { isActiveUpdate, isTerminalUpdate } from '../rollout/states.ts'
import { type Database, inTransaction } from './database.ts'
import { moveUpdate } from './transition.ts'

export type SkipRefusal = 'notInRollout' | 'running' | 'terminal' | 'notAllowed'

export type SkipAnswer =
  | { readonly ok: false; readonly why: 'notFound' }
  | { readonly ok: false; readonly why: 'notAllowed'; readonly state: string }
  | {
      readonly ok: true
      /** Cash ids, both. */
      readonly skipped: readonly string[]
      readonly refused: readonly {
        readonly cashId: string
        readonly why: SkipRefusal
        readonly state?: string
      }[]
    }

export interface Skip {
  readonly rolloutId: string
  readonly cashIds: readonly string[]
  readonly reason: string
  readonly actor: string
}

interface Row {
  readonly id: string
  readonly cashId: string
  readonly state: string
}

/** A worker holds it, it is over, or it is past the point where it could be left as it is. */
function refusalOf({ state }: Row): SkipRefusal {
  if (isTerminalUpdate(state)) return 'terminal'
  return isActiveUpdate(state) ? 'running' : 'notAllowed'
}

const ROWS = `
SELECT u.id, d.cash_id AS "cashId", u.state FROM device_update u JOIN device d ON d.id = u.device_id
WHERE u.rollout_id = $1 AND d.cash_id = ANY($2::text[]) ORDER BY d.cash_id FOR UPDATE OF u`

/** Each device is judged for itself; those that are under way finish. */
export async function skipDevices(
  db: Database,
  { rolloutId, cashIds, reason, actor }: Skip,
): Promise<SkipAnswer> {
  const answer = await inTransaction(db, async (client): Promise<SkipAnswer> => {
    const [rollout] = (
      await client.query<{ state: string }>('SELECT state FROM rollout WHERE id = $1 FOR SHARE', [rolloutId])
    ).rows
    if (rollout === undefined) return { ok: false, why: 'notFound' }
    if (rollout.state !== 'running' && rollout.state !== 'paused')
      return { ok: false, why: 'notAllowed', state: rollout.state }
    const { rows } = await client.query<Row>(ROWS, [rolloutId, cashIds])
    const known = new Set(rows.map((row) => row.cashId))
    const skipped: string[] = []
    const refused = [...new Set(cashIds)]
      .filter((cashId) => !known.has(cashId))
      .map((cashId): { cashId: string; why: SkipRefusal; state?: string } => ({
        cashId,
        why: 'notInRollout',
      }))
    for (const row of rows) {
      const isAtRest = row.state === 'waiting' || row.state === 'downloaded' || row.state === 'ready'
      const moved =
        isAtRest &&
        (await moveUpdate(client, row.id, 'skip', {
          actor,
          reason: 'skippedByPerson',
          params: { why: reason },
          also: { code: 'deviceSkipped', params: { cashId: row.cashId, why: reason } },
        }))
      if (moved) skipped.push(row.cashId)
      else refused.push({ cashId: row.cashId, why: refusalOf(row), state: row.state })
    }
    return { ok: true, skipped, refused }
  })
  db.poke()
  return answer
}
