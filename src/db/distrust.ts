/** What becomes of rollouts whose package is found not good: they stop where they are, at once. */
import type { ReasonCode } from '../rollout/reasons.ts'
import type { Database, Executor } from './database.ts'
import { addEvent } from './events.ts'
import { moveRollout } from './transition.ts'

interface Distrusted {
  readonly id: string
  readonly kind: string
  readonly version: number
}

/**
 * Pauses every rollout that runs with this package, and tells of it: however many workers find it out together, each
 * tells only of what it paused itself. The way back (rollbacks) goes on: it installs nothing of it.
 * One transaction for each: claims hold several rollouts in the order of their urgency, and crossed, one of us is undone.
 * @param always also where no rollout was paused by this
 * @returns how many were paused
 */
export async function distrustPackage(
  db: Database,
  { id, kind, version }: Distrusted,
  reason: ReasonCode,
  { actor, always }: { readonly actor: string; readonly always: boolean },
): Promise<number> {
  const { rows } = await db.pool.query<{ id: string }>(
    `SELECT id FROM rollout WHERE state = 'running' AND kind = 'update'
       AND (package_id = $1 OR server_package_id = $1) ORDER BY id`,
    [id],
  )
  const pause = { actor, reason, params: { packageId: id, kind, version } }
  let paused = 0
  for (const rollout of rows)
    if ((await moveRollout(db.pool, rollout.id, 'pause', pause)) !== undefined) paused += 1
  if (paused > 0 || always) {
    const params = { packageId: id, kind, version, reason, rollouts: paused }
    await addEvent(db.pool, { code: 'packageDistrusted', actor, params })
  }
  db.poke()
  return paused
}

/** Reasons of a store package that another signature, or another list of signers, may have mended. */
const OF_TRUST: readonly ReasonCode[] = ['signatureInvalid', 'packageExpired']

/** Has them brought to the stores again: asked for by a person's resuming, or by a new signature. Still bad, it stops at once. */
export async function retryUntrusted(
  on: Executor,
  of: { readonly rolloutId: string } | { readonly packageId: string },
): Promise<void> {
  const [column, id] = 'rolloutId' in of ? ['r.id', of.rolloutId] : ['p.package_id', of.packageId]
  await on.query(
    `UPDATE store_package p SET attempts = 0, not_before = NULL, reason = NULL
     WHERE p.state = 'absent' AND p.reason = ANY($2::text[]) AND EXISTS (
       SELECT 1 FROM rollout r WHERE ${column} = $1 AND p.package_id IN (r.package_id, r.server_package_id))`,
    [id, OF_TRUST],
  )
}
