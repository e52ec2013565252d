/**
 * Stores and devices taken out of the fleet. Their rows stay, for what they were in. Their own keys' lines are taken off
 * (revokeRemoved); one that is back before does not say any more that it may fetch: its next enrolment sees to it.
 */
import type { Executor } from './database.ts'

const DEVICES = `
WITH gone AS (
  UPDATE device SET removed_at = now(), key_authorised_at = NULL, revision = revision + 1 WHERE id = ANY($1::uuid[]) AND removed_at IS NULL
  RETURNING id, store_id, cash_id
)
INSERT INTO event (code, actor, store_id, device_id, params)
SELECT 'deviceRemoved', $2, store_id, id, jsonb_build_object('cashId', cash_id) FROM gone ORDER BY cash_id`

const STORES = `
WITH gone AS (
  UPDATE store SET removed_at = now(), changed_at = now(), revision = revision + 1
  WHERE id = ANY($1::uuid[]) AND removed_at IS NULL RETURNING id, code
)
INSERT INTO event (code, actor, store_id, params)
SELECT 'storeRemoved', $2, id, jsonb_build_object('store', code) FROM gone ORDER BY code`

export interface Removal {
  readonly storeIds: readonly string[]
  readonly deviceIds: readonly string[]
  readonly actor: string
}

/** Inside a transaction that has made sure that no live update needs them. */
export async function removeFromFleet(on: Executor, { storeIds, deviceIds, actor }: Removal): Promise<void> {
  if (deviceIds.length > 0) await on.query(DEVICES, [deviceIds, actor])
  if (storeIds.length > 0) await on.query(STORES, [storeIds, actor])
}
