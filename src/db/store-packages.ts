import type { Database, Executor } from './database.ts'
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

/** Shorter than that, a transfer says more of buffers than of the line. */
const TELLING_BYTES = 1_000_000
const TELLING_SECONDS = 2

/** What the store's line carried, for the plans to come; a transfer too short to tell is passed over. */
export async function keepLineSpeed(
  on: Executor,
  storeId: string,
  bytes: number,
  seconds: number,
): Promise<void> {
  if (bytes < TELLING_BYTES || seconds < TELLING_SECONDS) return
  const bytesPerSecond = Math.min(2_000_000_000, Math.round(bytes / seconds))
  await on.query('UPDATE store SET bytes_per_second = $2 WHERE id = $1', [storeId, bytesPerSecond])
}
