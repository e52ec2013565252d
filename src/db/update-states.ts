import type { Executor } from './database.ts'

export interface UpdateState {
  readonly cashId: string
  readonly state: string
  readonly wave: number
}

/** Where these devices stand in a rollout; those that are not in it are missing. */
export async function readUpdateStates(
  on: Executor,
  rolloutId: string,
  cashIds: readonly string[],
): Promise<UpdateState[]> {
  const { rows } = await on.query<UpdateState>(
    `SELECT d.cash_id AS "cashId", u.state, u.wave FROM device_update u JOIN device d ON d.id = u.device_id
     WHERE u.rollout_id = $1 AND d.cash_id = ANY($2::text[]) ORDER BY d.cash_id`,
    [rolloutId, cashIds],
  )
  return rows
}
