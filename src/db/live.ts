/** What changed between two places in the stream of events: devices whose status was written, and how much there is. */
import type { Executor } from './database.ts'
import { belowRunning, parseCursor } from './events.ts'

export interface Horizon {
  /** Nothing is told below it any more. */
  readonly cursor: string
  readonly xid: string
  /**
   * How many transactions have ended on this server, from FIRST_SEQ: what is read from now on shows all of them. It grows
   * with every commit, whatever the clock does; of two that are equal nothing was committed in between.
   */
  readonly seq: number
  /** The database's clock. */
  readonly at: Date
}

/**
 * It was microseconds since 1970 once. A page that stayed open from then on takes nothing that is lower for news, and
 * would show for ever what it had: this is beyond them until the year 2096, and leaves 5 * 10^15 whole numbers of JSON.
 */
const FIRST_SEQ = 4_000_000_000_000_000

export async function readLiveHorizon(on: Executor): Promise<Horizon> {
  const { rows } = await on.query<{ xmin: string; ended: string; at: Date }>(
    `SELECT pg_snapshot_xmin(s)::text AS xmin, statement_timestamp() AS at,
       (pg_snapshot_xmax(s)::text::bigint - (SELECT count(*) FROM pg_snapshot_xip(s)))::text AS ended
     FROM pg_current_snapshot() AS s`,
  )
  const { xmin = '0', ended = '0', at = new Date() } = rows[0] ?? {}
  return { cursor: `${xmin}-0`, xid: xmin, seq: FIRST_SEQ + Number(ended), at }
}

/** Whether more than so many events of anybody's lie after a place. */
export async function isGapLargerThan(on: Executor, after: string, most: number): Promise<boolean> {
  const { xid, id } = parseCursor(after) ?? { xid: '0', id: '0' }
  const { rows } = await on.query<{ more: boolean }>(
    `SELECT count(*) > $3 AS more FROM (SELECT 1 FROM event e WHERE (e.xid, e.id) > ($1::bigint, $2::bigint)
       AND ${belowRunning('e')} LIMIT $3::int + 1) AS gap`,
    [xid, id, most],
  )
  return rows[0]?.more ?? false
}

/**
 * Devices whose status was written by transactions from that of `after` up to the horizon, read or not: as events are
 * read, so that none is missed, whoever commits when.
 */
export async function readAskedDevices(
  on: Executor,
  after: string,
  before: Horizon,
  limit: number,
): Promise<string[]> {
  const { rows } = await on.query<{ id: string }>(
    'SELECT device_id AS id FROM device_status WHERE xid >= $1::bigint AND xid < $2::bigint LIMIT $3::int',
    [parseCursor(after)?.xid ?? '0', before.xid, limit],
  )
  return rows.map((row) => row.id)
}
