/** Rollouts: made as a plan, started as rows, ended when every row has ended. */
import { type Plan, type PlanDevice, plan, planHash } from '../rollout/plan.ts'
import type { Policy } from '../rollout/policy.ts'
import { type Database, type Executor, inTransaction } from './database.ts'
import { addEvent } from './events.ts'
import type { Package, Prisma } from './generated/client.ts'
import { LIVE } from './state-lists.ts'
import { moveRollout } from './transition.ts'

export interface Selection {
  /** Store codes; none = every store. */
  readonly stores?: readonly string[]
  readonly cashIds?: readonly string[]
}

/** Devices as the planner sees them. */
async function readPlanDevices(on: Executor, selection: Selection): Promise<PlanDevice[]> {
  const { rows } = await on.query<PlanDevice>(
    `SELECT d.id, d.store_id AS "storeId", d.kind, d.cash_id AS "cashId", d.host, d.blocked, t.version,
       EXISTS (SELECT 1 FROM device_update u WHERE u.device_id = d.id
         AND u.state ${LIVE}) AS owned
     FROM device d JOIN store s ON s.id = d.store_id LEFT JOIN device_status t ON t.device_id = d.id
     WHERE ($1::text[] IS NULL OR s.code = ANY($1)) AND ($2::text[] IS NULL OR d.cash_id = ANY($2))`,
    [selection.stores ?? null, selection.cashIds ?? null],
  )
  return rows
}

/** Plans and keeps a draft. */
export async function createRollout(
  db: Database,
  input: { name: string; target: Package; selection: Selection; policy: Policy; actor: string },
) {
  const { target } = input
  const devices = await readPlanDevices(db.pool, input.selection)
  const made = plan({ ...target, size: Number(target.size) }, devices, input.policy)
  const hash = planHash(made)
  const row = await db.prisma.rollout.create({
    data: {
      name: input.name,
      packageId: target.id,
      plan: made as unknown as Prisma.InputJsonValue,
      planHash: hash,
      policy: input.policy as unknown as Prisma.InputJsonValue,
      createdBy: input.actor,
    },
  })
  await addEvent(db.pool, {
    code: 'rolloutCreated',
    actor: input.actor,
    rolloutId: row.id,
    params: {
      name: input.name,
      planHash: hash,
      devices: made.waves.reduce((sum, wave) => sum + wave.deviceIds.length, 0),
      leftOut: made.leftOut.length,
    },
  })
  return row
}

const INSERT_TARGETS = `
INSERT INTO device_update (id, rollout_id, device_id, store_id, package_id, wave, from_version, to_version)
SELECT gen_random_uuid(), $1, d.id, d.store_id, $2, t.wave, s.version, $3
FROM unnest($4::uuid[], $5::int[]) AS t(device_id, wave)
JOIN device d ON d.id = t.device_id LEFT JOIN device_status s ON s.device_id = d.id
ON CONFLICT DO NOTHING`

/** Those left out by the plan, and those that another rollout took meanwhile: rows too, so that nobody is forgotten. */
const INSERT_LEFT_OUT = `
INSERT INTO device_update (id, rollout_id, device_id, store_id, package_id, wave, state, reason, finished_at, from_version, to_version)
SELECT gen_random_uuid(), $1, d.id, d.store_id, $2, 1, 'skipped', t.reason, now(), s.version, $3
FROM unnest($4::uuid[], $5::text[]) AS t(device_id, reason)
JOIN device d ON d.id = t.device_id LEFT JOIN device_status s ON s.device_id = d.id
ON CONFLICT DO NOTHING`

/** A store package of an earlier rollout is used as it is; one that failed then is tried anew. */
const INSERT_STORE_PACKAGES = `
INSERT INTO store_package (id, store_id, package_id)
SELECT gen_random_uuid(), store_id, $2::uuid FROM device_update WHERE rollout_id = $1 GROUP BY store_id
ON CONFLICT (store_id, package_id) DO UPDATE SET attempts = 0, not_before = NULL, reason = NULL`

async function insertRows(
  on: Executor,
  rollout: { id: string; packageId: string },
  made: Plan,
): Promise<void> {
  const targets = made.waves.flatMap((wave) => wave.deviceIds.map((id) => ({ id, wave: wave.number })))
  const ids = targets.map((target) => target.id)
  const head = [rollout.id, rollout.packageId, made.package.version]
  await on.query(
    'INSERT INTO wave (id, rollout_id, number, released_at) SELECT gen_random_uuid(), $1, n, now() FROM unnest($2::int[]) n',
    [rollout.id, made.waves.map((wave) => wave.number)],
  )
  await on.query(INSERT_TARGETS, [...head, ids, targets.map((target) => target.wave)])
  const leftOut = [...made.leftOut, ...ids.map((deviceId) => ({ deviceId, reason: 'ownedByRollout' }))]
  await on.query(INSERT_LEFT_OUT, [
    ...head,
    leftOut.map((one) => one.deviceId),
    leftOut.map((one) => one.reason),
  ])
  await on.query(INSERT_STORE_PACKAGES, [rollout.id, rollout.packageId])
}

/** Draft → running, with its rows: all or nothing. False: it was no draft. */
export async function startRollout(db: Database, id: string, actor: string): Promise<boolean> {
  const started = await inTransaction(db, async (client) => {
    if ((await moveRollout(client, id, 'schedule', { actor })) === undefined) return false
    const { rows } = await client.query<{ plan: Plan; packageId: string }>(
      'SELECT plan, package_id AS "packageId" FROM rollout WHERE id = $1',
      [id],
    )
    const row = rows[0]
    if (row === undefined) return false
    await insertRows(client, { id, packageId: row.packageId }, row.plan)
    await moveRollout(client, id, 'start', { actor })
    return true
  })
  db.poke()
  return started
}

/** Pause, resume or stop. False: its state refuses that. */
export async function steerRollout(
  db: Database,
  id: string,
  event: 'pause' | 'resume' | 'stop',
  actor: string,
): Promise<boolean> {
  const moved = await moveRollout(db.pool, id, event, { actor })
  db.poke()
  return moved !== undefined
}

/** Ends rollouts of which every device update has ended. The leader's. */
export async function endRollouts(on: Executor): Promise<void> {
  const { rows } = await on.query<{ id: string; state: string }>(
    `SELECT id, state FROM rollout r WHERE state IN ('running', 'paused', 'stopping') AND NOT EXISTS (
       SELECT 1 FROM device_update u WHERE u.rollout_id = r.id
         AND u.state ${LIVE})`,
  )
  for (const { id, state } of rows) {
    await moveRollout(on, id, state === 'stopping' ? 'stopped' : 'finish', { actor: 'conductor' })
  }
}

export const listRollouts = (db: Database, limit: number) =>
  db.prisma.rollout.findMany({
    orderBy: { createdAt: 'desc' },
    take: limit,
    omit: { plan: true },
    include: { package: true },
  })

export const findRollout = (db: Database, id: string) =>
  db.prisma.rollout.findUnique({
    where: { id },
    include: { package: true, waves: { orderBy: { number: 'asc' } } },
  })

/** How many device updates stand in each state, and each reason. */
export async function countUpdates(db: Database, rolloutId: string) {
  const { rows } = await db.pool.query<{ state: string; reason: string | null; count: number }>(
    'SELECT state, reason, count(*)::int AS count FROM device_update WHERE rollout_id = $1 GROUP BY state, reason ORDER BY state, reason',
    [rolloutId],
  )
  return rows
}
