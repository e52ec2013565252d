import { type Database, inTransaction } from './database.ts'
import { addEvent } from './events.ts'

/**
 * A retired package is in no new plan; what is live goes on. Saying it again changes nothing.
 * False: there is no such package.
 */
export async function retirePackage(
  db: Database,
  id: string,
  isRetired: boolean,
  actor: string,
): Promise<boolean> {
  const found = await inTransaction(db, async (client) => {
    const { rows } = await client.query<{ kind: string; version: number; wasRetired: boolean }>(
      `SELECT kind, version, (retired_at IS NOT NULL) AS "wasRetired" FROM package WHERE id = $1 FOR UPDATE`,
      [id],
    )
    const [row] = rows
    if (row === undefined || row.wasRetired === isRetired) return row !== undefined
    await client.query('UPDATE package SET retired_at = CASE WHEN $2 THEN now() END WHERE id = $1', [
      id,
      isRetired,
    ])
    const { kind, version } = row
    const code = isRetired ? 'packageRetired' : 'packageUnretired'
    await addEvent(client, { code, actor, params: { packageId: id, kind, version } })
    return true
  })
  db.poke()
  return found
}
