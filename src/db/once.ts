/**
 * Work that is done once, however often it is asked for (Idempotency-Key). What runs in it marks its key in each of its
 * own transactions, just before the commit: so the mark is there exactly when the work is, and who was replaced in the
 * meantime cannot commit any more.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type pg from 'pg'

export interface Once {
  /** Of the row in idempotency_key. */
  readonly id: string
  /** Who serves it now. */
  readonly owner: string
}

/** Another one has taken over; the transaction of this one is undone. */
export class OnceLost extends Error {
  constructor() {
    super('this request is served by somebody else by now')
    this.name = 'OnceLost'
  }
}

const current = new AsyncLocalStorage<Once>()

/** Runs `work`: every `inTransaction` in it marks the key. */
export const runOnce = <T>(once: Once, work: () => Promise<T>): Promise<T> => current.run(once, work)

/**
 * Every change writes an event (test/api/idempotency.test.ts tries each route): a transaction without one has refused,
 * and may be run again.
 */
const MARK = `
UPDATE idempotency_key SET xid = CASE
  WHEN EXISTS (SELECT 1 FROM event WHERE xid = (pg_current_xact_id()::text)::bigint) THEN (pg_current_xact_id()::text)::bigint
  ELSE xid END
WHERE id = $1 AND owner = $2 AND status IS NULL`

/** Called before every commit. @throws OnceLost */
export async function markOnce(client: Pick<pg.ClientBase, 'query'>): Promise<void> {
  const once = current.getStore()
  if (once === undefined) return
  const { rowCount } = await client.query(MARK, [once.id, once.owner])
  if (rowCount !== 1) throw new OnceLost()
}
