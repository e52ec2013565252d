import type { Database } from './database.ts'
import { addEvent } from './events.ts'

/** A person's retry: the package may be tried at once again. False: it is not absent. */
export async function retryStorePackage(db: Database, id: string, actor: string): Promise<boolean> {
  const { rowCount } = await db.pool.query(
    `UPDATE store_package SET attempts = 0, not_before = NULL, reason = NULL WHERE id = $1 AND state = 'absent'`,
    [id],
  )
  if (rowCount !== 1) return false
  await addEvent(db.pool, { code: 'retryRequested', actor, storePackageId: id, params: { via: 'board' } })
  db.poke()
  return true
}
