/**
 * What a database needs after it was put back to an earlier time, by whatever means: devices have seen higher
 * generations than its rows, its events carry transactions of another server, and what it thinks to be running may be over.
 */
import type pg from 'pg'
import { beginPaused } from './approval.ts'
import { addEvent } from './events.ts'
import { moveRollout } from './transition.ts'

/** More than are given out between two backups: 3,700 tills, 20 claims each, are 20 apiece. */
const GENERATIONS = 100_000

export interface Restored {
  readonly devices: number
  /** Rollouts that were running, or approved for later: somebody may have stopped them since. A person resumes them. */
  readonly paused: readonly PausedRollout[]
  /** Standing approvals: rollouts come of them by themselves. */
  readonly schedules: readonly string[]
}

export interface PausedRollout {
  readonly id: string
  readonly name: string
  readonly was: 'running' | 'scheduled'
}

async function pauseAll(client: pg.ClientBase, why: string): Promise<PausedRollout[]> {
  const { rows } = await client.query<PausedRollout>(
    "SELECT id, name, state AS was FROM rollout WHERE state IN ('running', 'scheduled') ORDER BY state, created_at, id",
  )
  for (const { id, was } of rows) {
    if (was === 'scheduled') await beginPaused(client, id, 'restore', why)
    else await moveRollout(client, id, 'pause', { actor: 'restore', params: { why } })
  }
  return rows
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
  await client.query('UPDATE device_status SET xid = 0 WHERE xid <> 0')
  await client.query('UPDATE store_contact SET xid = 0 WHERE xid <> 0')
  const paused = await pauseAll(client, `restored from ${from}`)
  const devices = raised.rowCount ?? 0
  await addEvent(client, {
    code: 'databaseRestored',
    actor: 'restore',
    params: { from, devices, paused: paused.length },
  })
  const { rows: schedules } = await client.query<{ name: string }>(
    'SELECT name FROM schedule WHERE approved_at IS NOT NULL AND ended_at IS NULL ORDER BY name',
  )
  return { devices, paused, schedules: schedules.map((row) => row.name) }
}

/** Whether events carry transactions that this server has not had yet: it was restored, and nobody said so. */
export async function looksRestored(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ ahead: boolean }>(
    `SELECT coalesce(max(xid) > (pg_snapshot_xmax(pg_current_snapshot())::text)::bigint, false) AS ahead FROM event`,
  )
  return rows[0]?.ahead ?? false
}
