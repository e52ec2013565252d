/** Times in which nothing is installed: of the chain, a group or one store. */
import { randomUUID } from 'node:crypto'
import type { Freeze } from '../rollout/time/calendar.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { addEvent } from './events.ts'
import { inOrder } from './in-order.ts'
import { insertRow } from './insert.ts'

export interface FreezeInput {
  readonly name: string
  /** A group's name or a store's code. */
  readonly scope: { readonly kind: 'chain' } | { readonly kind: 'group' | 'store'; readonly name: string }
  /** Local date-times of each store, `2026-12-25T00:00`. */
  readonly from: string
  readonly to: string
}

interface Row {
  readonly id: string
  readonly name: string
  readonly scope: 'chain' | 'group' | 'store'
  readonly scopeName: string | null
  readonly storeId: string | null
  readonly from: string
  readonly to: string
}

function toFreeze({ id, name, scope, scopeName, storeId, from, to }: Row): Freeze[] {
  const base = { id, name, from, to }
  if (scope === 'chain') return [{ ...base, scope: { kind: 'chain' } }]
  if (scope === 'group') return [{ ...base, scope: { kind: 'group', group: scopeName ?? '' } }]
  return storeId === null ? [] : [{ ...base, scope: { kind: 'store', storeId } }]
}

/** Those that were not lifted. */
export async function readFreezes(on: Executor): Promise<Freeze[]> {
  const { rows } = await on.query<Row>(
    `SELECT f.id, f.name, f.scope, f.scope_name AS "scopeName", s.id AS "storeId", f.from_local AS "from", f.to_local AS "to"
     FROM "freeze" f LEFT JOIN store s ON f.scope = 'store' AND s.code = f.scope_name
     WHERE f.lifted_at IS NULL ORDER BY f.from_local, f.id`,
  )
  return rows.flatMap(toFreeze)
}

/** In the order of the ids. */
export const findFreezes = async (db: Database, ids: readonly string[]) =>
  inOrder(ids, await db.prisma.freeze.findMany({ where: { id: { in: [...ids] } } }))

/** Holds from this moment on: what is armed there is disarmed. */
export async function addFreeze(db: Database, input: FreezeInput, actor: string): Promise<string> {
  const { name, scope, from, to } = input
  const scopeName = scope.kind === 'chain' ? null : scope.name
  const id = randomUUID()
  await inTransaction(db, async (client) => {
    await insertRow(client, 'freeze', {
      ...{ id, name, scope: scope.kind, scope_name: scopeName },
      ...{ from_local: from, to_local: to, created_by: actor },
    })
    const params = { id, name, scope: scope.kind, scopeName, from, to }
    await addEvent(client, { code: 'freezeAdded', actor, params })
  })
  db.poke()
  return id
}

/** False: there is none, or it was lifted before. */
export async function liftFreeze(db: Database, id: string, actor: string): Promise<boolean> {
  const lifted = await inTransaction(db, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      'UPDATE "freeze" SET lifted_at = now(), lifted_by = $2 WHERE id = $1 AND lifted_at IS NULL RETURNING name',
      [id, actor],
    )
    const [row] = rows
    if (row === undefined) return false
    await addEvent(client, { code: 'freezeLifted', actor, params: { id, name: row.name } })
    return true
  })
  db.poke()
  return lifted
}
