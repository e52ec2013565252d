/** What the tests of faults look at: rows, queues, processes, connections. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import pg from 'pg'
import { jobKinds } from '../../src/jobs/all.ts'
import type { Step } from '../../src/rollout/due.ts'
import type { Office } from './office.ts'
import { until } from './until.ts'

/** True while the process stands still by SIGSTOP. */
export function isStopped(pid: number): boolean {
  const file = `/proc/${pid}/stat`
  if (existsSync(file)) {
    const stat = readFileSync(file, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T')
  }
  return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('T')
}

/** The one device update of a rollout of one device, its attempts in their order. */
export async function theUpdate(office: Office, rolloutId: string) {
  const rows = await office.db.prisma.deviceUpdate.findMany({
    where: { rolloutId },
    include: { runs: { orderBy: { generation: 'asc' } }, device: true },
  })
  const row = rows[0]
  if (row === undefined || rows.length > 1) throw new Error(`${rows.length} device updates`)
  return row
}

/** Waits until a condition on the one device update holds. */
export const untilUpdate = (
  office: Office,
  rolloutId: string,
  holds: (row: Awaited<ReturnType<typeof theUpdate>>) => boolean,
  label: string,
) =>
  until(
    async () => {
      const row = await theUpdate(office, rolloutId)
      if (holds(row)) return row
      throw new Error(`${row.state}: ${row.reason}`)
    },
    { within: 60_000, label, every: 10 },
  )

/** Waits until a device update of the rollout is in one of the states. */
export const untilSome = (office: Office, rolloutId: string, ...states: readonly string[]) =>
  until(
    async () =>
      (await office.db.prisma.deviceUpdate.count({ where: { rolloutId, state: { in: [...states] } } })) > 0,
    { within: 60_000, label: `something is ${states.join(' or ')}`, every: 10 },
  )

/** The store's row of a package. */
export const theStorePackage = (office: Office, code: string, packageId: string) =>
  office.db.prisma.storePackage.findFirstOrThrow({
    where: { packageId, store: { code } },
    include: { runs: { orderBy: { generation: 'asc' } } },
  })

/** Every failed job of every queue: what the board shows a person. */
export async function failedJobs(office: Office): Promise<{ step: Step; id: string; why: string }[]> {
  const steps = Object.keys(jobKinds) as Step[]
  const lists = await Promise.all(
    steps.map(async (step) =>
      (await office.queues.queue(step).getFailed()).map((job) => ({
        step,
        id: job.data.id,
        why: job.failedReason,
      })),
    ),
  )
  return lists.flat()
}

/** Ends every connection to the office's database, as a PostgreSQL that restarts does. @returns how many */
export async function cutConnections(office: Office): Promise<number> {
  const client = new pg.Client({ connectionString: office.database.url, application_name: 'test cutter' })
  await client.connect()
  try {
    const { rowCount } = await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
    )
    return rowCount ?? 0
  } finally {
    await client.end()
  }
}
