/** Device updates as people and workers read them, and a person's retry. */
import type { RolloutKind } from '../rollout/due.ts'
import { retryOf } from '../rollout/reasons.ts'
import type { DeviceUpdateState, RolloutState } from '../rollout/states.ts'
import { type Database, inTransaction } from './database.ts'
import { addEvent } from './events.ts'
import { inOrder } from './in-order.ts'
import { moveRollout, moveUpdate } from './transition.ts'

const listed = {
  device: { select: { cashId: true, name: true, number: true, kind: true } },
  store: { select: { code: true, name: true, timeZone: true, phone: true } },
} as const

/** In the order of the ids. */
export const readUpdates = async (db: Database, ids: readonly string[]) =>
  inOrder(ids, await db.prisma.deviceUpdate.findMany({ where: { id: { in: [...ids] } }, include: listed }))

export const findUpdate = (db: Database, id: string) =>
  db.prisma.deviceUpdate.findUnique({
    where: { id },
    include: { ...listed, package: true, runs: { orderBy: { generation: 'asc' } } },
  })

export const listStorePackages = (db: Database, rolloutId: string) =>
  db.prisma.storePackage.findMany({
    where: {
      store: { updates: { some: { rolloutId } } },
      package: { rollouts: { some: { id: rolloutId } } },
    },
    include: { store: { select: { code: true, group: true } } },
    orderBy: { store: { code: 'asc' } },
  })

/** In the order of the ids, each with its store and package. */
export const readStorePackages = async (db: Database, ids: readonly string[]) =>
  inOrder(
    ids,
    await db.prisma.storePackage.findMany({
      where: { id: { in: [...ids] } },
      include: { store: { select: { code: true } }, package: true },
    }),
  )

export type RetryAnswer =
  | { readonly ok: true; readonly state: DeviceUpdateState; readonly generation: number }
  | {
      readonly ok: false
      readonly why: 'notFound' | 'rolloutCancelled' | 'ownedByRollout' | 'notRetryable'
      readonly state?: string
    }

const isUniqueViolation = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === '23505'

/**
 * A person's retry, from the API or the queue board: the row goes back to the rest state that its reason names, and
 * the conductor releases it inside windows and limits. A finished rollout is reopened. Refusals are events too.
 */
export async function requestRetry(
  db: Database,
  updateId: string,
  by: { actor: string; via: string },
): Promise<RetryAnswer> {
  const answer = await retryInTransaction(db, updateId, by).catch((error: unknown): RetryAnswer => {
    if (isUniqueViolation(error)) return { ok: false, why: 'ownedByRollout' }
    throw error
  })
  if (!answer.ok && answer.why !== 'notFound') {
    await addEvent(db.pool, {
      code: 'retryRefused',
      actor: by.actor,
      updateId,
      params: { via: by.via, why: answer.why },
    })
  }
  db.poke()
  return answer
}

function retryInTransaction(
  db: Database,
  updateId: string,
  by: { actor: string; via: string },
): Promise<RetryAnswer> {
  return inTransaction(db, async (client): Promise<RetryAnswer> => {
    const { rows } = await client.query<{
      state: DeviceUpdateState
      reason: string | null
      generation: number
      rolloutId: string
      rolloutState: RolloutState
      kind: RolloutKind
      isRemoved: boolean
    }>(
      `SELECT u.state, u.reason, u.generation, u.rollout_id AS "rolloutId", r.state AS "rolloutState", r.kind,
         (d.removed_at IS NOT NULL) AS "isRemoved"
       FROM device_update u JOIN rollout r ON r.id = u.rollout_id JOIN device d ON d.id = u.device_id
       WHERE u.id = $1 FOR UPDATE OF u, r FOR KEY SHARE OF d`,
      [updateId],
    )
    const row = rows[0]
    if (row === undefined) return { ok: false, why: 'notFound' }
    if (row.rolloutState === 'cancelled' || row.rolloutState === 'stopping') {
      return { ok: false, why: 'rolloutCancelled', state: row.state }
    }
    const event = row.isRemoved ? undefined : retryOf(row.kind, row.state, row.reason)
    if (event === undefined) return { ok: false, why: 'notRetryable', state: row.state }
    const moved = await moveUpdate(client, updateId, event, {
      actor: by.actor,
      reason: null,
      attempts: 'reset',
      also: { code: 'retryRequested', params: { via: by.via, reason: row.reason, state: row.state } },
    })
    if (moved === undefined) return { ok: false, why: 'notRetryable', state: row.state }
    await client.query(
      `UPDATE store_package p SET attempts = 0, not_before = NULL, reason = NULL FROM device_update u
       WHERE u.id = $1 AND p.store_id = u.store_id AND p.package_id = u.package_id AND p.state = 'absent'`,
      [updateId],
    )
    if (row.rolloutState === 'finished')
      await moveRollout(client, row.rolloutId, 'reopen', { actor: by.actor })
    return { ok: true, state: moved.state, generation: row.generation }
  })
}
