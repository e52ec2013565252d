/** Previews of an import, kept as they were shown, so that applying one does just that. */
import { randomUUID } from 'node:crypto'
import type { FleetDiff } from '../fleet/diff.ts'
import type { FileStore } from '../fleet/file.ts'
import { hashOf } from '../fleet/shown.ts'
import type { Database } from './database.ts'

const KIND = 'fleetPreview'
/** A fleet is some megabytes, and what was shown yesterday is not what is there today. */
const KEEP_HOURS = 24

export interface FleetPreview {
  readonly diff: FleetDiff
  readonly stores: readonly FileStore[]
}

/** @returns its id, and the hash that who applies it must show */
export async function keepFleetPreview(
  db: Database,
  preview: FleetPreview,
  actor: string,
): Promise<{ id: string; hash: string }> {
  const id = randomUUID()
  const hash = hashOf(preview.diff)
  await db.pool.query(
    `DELETE FROM report WHERE kind = '${KIND}' AND made_at < now() - make_interval(hours => ${KEEP_HOURS})`,
  )
  await db.pool.query('INSERT INTO report (id, kind, body, made_by) VALUES ($1, $2, $3, $4)', [
    ...[id, KIND, JSON.stringify({ ...preview, hash }), actor],
  ])
  return { id, hash }
}

/** Undefined: there is none of this id any more. The hash is kept beside it: jsonb keeps no order of keys. */
export async function findFleetPreview(
  db: Database,
  id: string,
): Promise<(FleetPreview & { readonly hash: string }) | undefined> {
  const { rows } = await db.pool.query<{ body: FleetPreview & { hash: string } }>(
    `SELECT body FROM report WHERE id = $1 AND kind = '${KIND}'`,
    [id],
  )
  return rows[0]?.body
}
