/**
 * What a database needs after it was put back to an earlier time, by whatever means: devices have seen higher
 * generations than its rows, its events carry transactions of another server, and what it thinks to be running may be over.
 */
import type pg from 'pg'
import { addEvent } from './events.ts'
import { moveRollout } from './transition.ts'

/** More than are given out between two backups: 3,700 tills, 20 claims each, are 20 apiece. */
const GENERATIONS = 100_000

export interface Restored {
  readonly devices: number
  /** Rollouts that were running; a person resumes them. */
  readonly paused: number
  /** Approved ones, which begin by themselves when their time comes: somebody may have stopped them since. */
  readonly scheduled: readonly string[]
}

/** In the caller's transaction. @param from what it was put back to: `the backup of …` */
export async function settleRestored(client: pg.ClientBase, from: string): Promise<Restored> {
  const raised = await client.query('UPDATE device SET generation = generation + $1', [GENERATIONS])
  // One that was under way keeps its attempt's, and loses its lease by it.
  await client.query('UPDATE store_package SET generation = generation + $1 WHERE lease_until IS NULL', [
    GENERATIONS,
  ])
  // Streams read below the oldest transaction of *this* server: what is told already is behind every place in them.
  await client.query('UPDATE event SET xid = 0 WHERE xid <> 0')
  const { rows } = await client.query<{ id: string }>("SELECT id FROM rollout WHERE state = 'running'")
  for (const { id } of rows)
    await moveRollout(client, id, 'pause', { actor: 'restore', params: { why: `restored from ${from}` } })
  const devices = raised.rowCount ?? 0
  await addEvent(client, {
    code: 'databaseRestored',
    actor: 'restore',
    params: { from, devices, paused: rows.length },
  })
  const waiting = await client.query<{ name: string }>(
    "SELECT name FROM rollout WHERE state = 'scheduled' ORDER BY name",
  )
  return { devices, paused: rows.length, scheduled: waiting.rows.map((row) => row.name) }
}

/** Whether events carry transactions that this server has not had yet: it was restored, and nobody said so. */
export async function looksRestored(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ ahead: boolean }>(
    `SELECT coalesce(max(xid) > (pg_snapshot_xmax(pg_current_snapshot())::text)::bigint, false) AS ahead FROM event`,
  )
  return rows[0]?.ahead ?? false
}
