/** The way back of devices that succeeded: a rollout of its own kind, planned and gated like any. */

import type { WavePlan } from '../rollout/plan/wave-types.ts'
import type { Policy } from '../rollout/policy.ts'
import { approveRollout } from './approval.ts'
import type { Database } from './database.ts'
import { addEvent } from './events.ts'
import { type Created, createRollout } from './rollouts.ts'

export interface WayBack {
  readonly rolloutId: string
  /** Only this wave; left out: all. */
  readonly wave?: number
  /** Only these; left out: all that succeeded. */
  readonly cashIds?: readonly string[]
  readonly name?: string
  readonly waves?: WavePlan
  readonly policy?: Partial<Policy>
  readonly actor: string
}

/** Plans the way back of a rollout's succeeded devices; a draft, or undefined: there is no such rollout. */
export async function createRollback(db: Database, wanted: WayBack): Promise<Created | undefined> {
  const of = await db.prisma.rollout.findUnique({
    where: { id: wanted.rolloutId },
    include: { package: true },
  })
  if (of === null || of.kind !== 'update') return undefined
  const { rows } = await db.pool.query<{ cashId: string }>(
    `SELECT d.cash_id AS "cashId" FROM device_update u JOIN device d ON d.id = u.device_id
     WHERE u.rollout_id = $1 AND u.state = 'succeeded' AND NOT u.carried AND u.package_id = $4
       AND d.removed_at IS NULL AND ($2::int IS NULL OR u.wave = $2) AND ($3::text[] IS NULL OR d.cash_id = ANY($3)) ORDER BY d.cash_id`,
    [of.id, wanted.wave ?? null, wanted.cashIds ?? null, of.packageId],
  )
  const { policy } = of as unknown as { policy: Policy }
  return createRollout(db, {
    kind: 'rollback',
    name: wanted.name ?? `↩ ${of.name}`,
    target: of.package,
    serverTarget: null,
    selection: { cashIds: rows.map((row) => row.cashId) },
    waves: wanted.waves ?? { template: 'single' },
    // What was agreed for the way there holds for the way back; its own ramp and rule of return do not.
    policy: {
      ...policy,
      ramp: null,
      rollBackWave: null,
      startsAt: null,
      preloadFrom: null,
      ...wanted.policy,
    },
    ofRolloutId: of.id,
    actor: wanted.actor,
  })
}

interface Owed {
  readonly rolloutId: string
  readonly wave: number
  readonly approvedBy: string
}

interface Owed {
  readonly rolloutId: string
  readonly wave: number
}

/** Waves that a breach sends back and whose way back nobody has begun: also when the head office died in between. */
async function readOwed(db: Database): Promise<Owed[]> {
  const { rows } = await db.pool.query<Owed>(
    `SELECT r.id AS "rolloutId", (r.reason_params->>'wave')::int AS wave
     FROM rollout r WHERE r.state = 'paused' AND r.reason_params->>'rollBack' = 'true'`,
  )
  return rows
}

/** A draft that nobody approved because the head office died is not approved twice: its devices are owned by the first. */
async function rollBackWave(db: Database, { rolloutId, wave }: Owed): Promise<string | undefined> {
  const made = await createRollback(db, {
    rolloutId,
    wave,
    policy: { twoPersons: false },
    actor: 'conductor',
  })
  const answer = made?.ok ? await approveRollout(db, made.row.id, made.row.planHash, 'conductor') : undefined
  const isBegun = made?.ok === true && answer?.ok === true
  await db.pool.query(
    `UPDATE rollout SET reason_params = reason_params || jsonb_build_object('rollBack', $2::text)
     WHERE id = $1 AND state = 'paused'`,
    [rolloutId, isBegun ? made.row.id : 'impossible'],
  )
  const why = made?.ok === false ? made.problems.map((one) => one.code) : []
  const params = { wave, ...(isBegun ? { rollback: made.row.id } : { why }) }
  const code = isBegun ? 'rollbackBegun' : 'rollbackImpossible'
  await addEvent(db.pool, { code, actor: 'conductor', rolloutId, params })
  return isBegun ? made.row.id : undefined
}

/**
 * Begins what the approved policy says of a wave that failed: it goes back, under the approval of the rollout itself.
 * @returns ids of the rollouts that were begun
 */
export async function rollBackOwed(db: Database): Promise<string[]> {
  const begun: string[] = []
  for (const owed of await readOwed(db)) {
    const id = await rollBackWave(db, owed)
    if (id !== undefined) begun.push(id)
  }
  return begun
}
