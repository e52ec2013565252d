/** What a worker needs to know of its claim, read in one go. */
import { defaultPolicy, type Policy } from '../rollout/policy.ts'
import type { Database } from './database.ts'

/** One claim's device update with everything a step needs; undefined: no such row. */
export async function readUpdateWork(db: Database, id: string) {
  const row = await db.prisma.deviceUpdate.findUnique({
    where: { id },
    include: {
      device: true,
      store: true,
      package: true,
      rollout: { select: { policy: true, state: true, kind: true } },
      // The last attempt that did more than look, however often was looked since.
      runs: {
        where: { step: { not: 'observe' }, endedAt: { not: null } },
        orderBy: { generation: 'desc' },
        take: 1,
      },
    },
  })
  return row === null ? undefined : { ...row, policy: row.rollout.policy as unknown as Policy }
}
export type UpdateWork = NonNullable<Awaited<ReturnType<typeof readUpdateWork>>>

export async function readStorePackageWork(db: Database, id: string) {
  const row = await db.prisma.storePackage.findUnique({
    where: { id },
    include: { store: true, package: true },
  })
  if (row === null) return undefined
  // A store package serves every rollout that wants it here: the most impatient one sets the pace, the most patient the end.
  const wanting = await db.prisma.rollout.findMany({
    where: {
      packageId: row.packageId,
      state: 'running',
      updates: { some: { storeId: row.storeId, state: 'waiting' } },
    },
    select: { policy: true },
  })
  const rollouts = wanting.map((one) => one.policy as unknown as Policy)
  // Who wants it without a rollout waits as usual.
  const policies = row.wantedBy === null ? rollouts : [...rollouts, defaultPolicy]
  const backoffScale = Math.min(
    ...policies.map((one) => one.backoffScale),
    policies.length === 0 ? 1 : Infinity,
  )
  const maxAttempts = Math.max(...policies.map((one) => one.maxAttempts), 1)
  return { ...row, policy: { ...defaultPolicy, backoffScale, maxAttempts } }
}
export type StorePackageWork = NonNullable<Awaited<ReturnType<typeof readStorePackageWork>>>

/** The rows' present place, for a job whose claim could not be taken. */
export async function readPlace(db: Database, table: 'device_update' | 'store_package', id: string) {
  const { rows } = await db.pool.query<{ state: string; generation: number; leased: boolean }>(
    `SELECT state, generation, lease_until IS NOT NULL AS leased FROM ${table} WHERE id = $1`,
    [id],
  )
  return rows[0]
}

/** Who pressed retry on the board last: the door wrote it down before it let the job through. */
export async function readBoardActor(db: Database, table: 'device_update' | 'store_package', id: string) {
  const column = table === 'device_update' ? 'update_id' : 'store_package_id'
  const { rows } = await db.pool.query<{ actor: string }>(
    `SELECT actor FROM event WHERE ${column} = $1 AND code = 'boardAction' ORDER BY id DESC LIMIT 1`,
    [id],
  )
  return rows[0]?.actor
}
