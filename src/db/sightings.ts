/** What another system says of devices: kept beside what they say themselves, with that system's own time. */
import type { Database, Executor } from './database.ts'

export interface NewSighting {
  readonly cashId: string
  /** When that system had it from the device, milliseconds since 1970; null: it does not say. */
  readonly readAt: number | null
  readonly body: object
}

const SAVE = `
INSERT INTO sighting (device_id, source, asked_at, read_at, body)
SELECT d.id, $1, to_timestamp($2::float8 / 1000), to_timestamp(w."readAt" / 1000), w.body
FROM jsonb_to_recordset($3::jsonb) AS w("cashId" text, "readAt" float8, body jsonb)
JOIN device d ON d.cash_id = w."cashId" AND d.removed_at IS NULL
ON CONFLICT (device_id, source) DO UPDATE SET asked_at = excluded.asked_at, read_at = excluded.read_at, body = excluded.body
WHERE sighting.asked_at <= excluded.asked_at`

/**
 * The newest of each device and source; devices that are not in the fleet are passed over.
 * @param source `ukm4:sql`, `ukm4:page`
 * @param askedAt milliseconds since 1970
 * @returns how many were kept
 */
export async function saveSightings(
  db: Database,
  source: string,
  askedAt: number,
  sightings: readonly NewSighting[],
): Promise<number> {
  // One statement cannot write a row twice.
  const wanted = [...new Map(sightings.map((one) => [one.cashId, one])).values()]
  const { rowCount } = await db.pool.query(SAVE, [source, askedAt, JSON.stringify(wanted)])
  return rowCount ?? 0
}

export interface SightingView {
  readonly source: string
  /** When that system was asked. */
  readonly askedAt: Date
  readonly readAt: Date | null
  /** Since `readAt`; null: how old it is nobody knows. */
  readonly ageSeconds: number | null
  /** In that system's words. */
  readonly body: object
}

/** Of one device, by source. @param now milliseconds since 1970 */
export async function readSightings(on: Executor, deviceId: string, now: number): Promise<SightingView[]> {
  const { rows } = await on.query<{ source: string; askedAt: Date; readAt: Date | null; body: object }>(
    `SELECT source, asked_at AS "askedAt", read_at AS "readAt", body FROM sighting WHERE device_id = $1 ORDER BY source`,
    [deviceId],
  )
  return rows.map((row) => ({
    ...row,
    ageSeconds: row.readAt === null ? null : Math.max(0, Math.round((now - row.readAt.getTime()) / 1000)),
  }))
}
