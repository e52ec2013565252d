/** Small changes of the fleet by a person: one store's hours, one device's block. */
import type { StoreHours } from '../rollout/inventory.ts'
import { type Database, inTransaction } from './database.ts'
import { addEvent } from './events.ts'

interface HoursChange {
  readonly actor: string
  /** Throws where the store is not what was seen. */
  readonly check: (row: { readonly revision: number }) => void
}

/**
 * Rollouts that were approved with other hours keep to both. False: there is no such store.
 * @throws what `check` throws
 */
export async function changeHours(
  db: Database,
  code: string,
  hours: StoreHours | null,
  { actor, check }: HoursChange,
): Promise<boolean> {
  const isDone = await inTransaction(db, async (client) => {
    const { rows } = await client.query<{ id: string; revision: number }>(
      'SELECT id, revision FROM store WHERE code = $1 AND removed_at IS NULL FOR UPDATE',
      [code],
    )
    const [row] = rows
    if (row === undefined) return false
    check(row)
    await client.query(
      'UPDATE store SET calendar = $2, changed_at = now(), revision = revision + 1 WHERE id = $1',
      [row.id, hours === null ? null : JSON.stringify(hours)],
    )
    await addEvent(client, { code: 'storeHoursChanged', actor, storeId: row.id, params: { store: code } })
    return true
  })
  db.poke()
  return isDone
}

export interface Block {
  readonly cashId: string
  readonly on: boolean
  readonly reason: string
  readonly actor: string
}

/** Plans leave a blocked device out. Undefined: there is no such device; false: it was so already. */
export async function blockDevice(db: Database, block: Block): Promise<boolean | undefined> {
  const { cashId, on, reason, actor } = block
  const isChanged = await inTransaction(db, async (client) => {
    const { rows } = await client.query<{ id: string; storeId: string; blocked: boolean }>(
      'SELECT id, store_id AS "storeId", blocked FROM device WHERE cash_id = $1 AND removed_at IS NULL FOR UPDATE',
      [cashId],
    )
    const [row] = rows
    if (row === undefined || row.blocked === on) return row === undefined ? undefined : false
    await client.query('UPDATE device SET blocked = $2, revision = revision + 1 WHERE id = $1', [row.id, on])
    const code = on ? 'deviceBlocked' : 'deviceUnblocked'
    const place = { deviceId: row.id, storeId: row.storeId }
    await addEvent(client, { code, actor, ...place, params: { cashId, why: reason } })
    return true
  })
  db.poke()
  return isChanged
}
