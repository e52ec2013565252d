/** The rows of a rollout: written when it starts, and when a revision brings newcomers. */
import type { Plan } from '../rollout/plan/plan-types.ts'
import type { Executor } from './database.ts'

/**
 * A device that another rollout took meanwhile is no target any more: one live update per device. Nor is one that was
 * taken out of the fleet: the lock waits for who does that now (db/fleet.ts), and sees it.
 */
const INSERT_TARGETS = `
INSERT INTO device_update (id, rollout_id, device_id, store_id, package_id, wave, state, from_version, to_version)
SELECT gen_random_uuid(), $1, d.id, d.store_id,
  CASE WHEN d.kind = 'storeServer' AND $4::uuid IS NOT NULL THEN $4::uuid ELSE $2::uuid END, t.wave, $6, s.version,
  CASE WHEN d.kind = 'storeServer' AND $4::uuid IS NOT NULL THEN $5::int
    -- The way back leads to what ran before, 0 where nobody knows it: the device does. Who ran the new one already, or was
    -- first asked when it did, has said nothing of it.
    WHEN $9::uuid IS NOT NULL THEN coalesce((SELECT nullif(o.from_version, o.to_version) FROM device_update o WHERE o.rollout_id = $9 AND o.device_id = d.id), 0)
    ELSE $3::int END
FROM unnest($7::uuid[], $8::int[]) AS t(device_id, wave)
JOIN device d ON d.id = t.device_id AND d.removed_at IS NULL LEFT JOIN device_status s ON s.device_id = d.id
FOR KEY SHARE OF d
ON CONFLICT DO NOTHING`

/** They wait for their server, and are only looked at. */
const INSERT_CARRIED = `
INSERT INTO device_update (id, rollout_id, device_id, store_id, package_id, wave, state, carried, from_version, to_version)
SELECT gen_random_uuid(), $1, d.id, d.store_id, $2, t.wave, 'ready', true, s.version, $3
FROM unnest($4::uuid[], $5::int[]) AS t(device_id, wave)
JOIN device d ON d.id = t.device_id AND d.removed_at IS NULL LEFT JOIN device_status s ON s.device_id = d.id
FOR KEY SHARE OF d
ON CONFLICT DO NOTHING`

/** Those left out by the plan, and those that another rollout took: rows too, so that nobody is forgotten. Retried, they come last. */
const INSERT_LEFT_OUT = `
INSERT INTO device_update (id, rollout_id, device_id, store_id, package_id, wave, state, reason, finished_at, from_version, to_version)
SELECT gen_random_uuid(), $1, d.id, d.store_id, $2, $6, 'skipped', t.reason, now(), s.version, $3
FROM unnest($4::uuid[], $5::text[]) AS t(device_id, reason)
JOIN device d ON d.id = t.device_id AND d.removed_at IS NULL LEFT JOIN device_status s ON s.device_id = d.id
FOR KEY SHARE OF d
ON CONFLICT DO NOTHING`

/** A store package of an earlier rollout is used as it is; one that failed then is tried anew. */
const INSERT_STORE_PACKAGES = `
INSERT INTO store_package (id, store_id, package_id)
SELECT gen_random_uuid(), store_id, package_id FROM device_update
WHERE rollout_id = $1 AND state = 'waiting' GROUP BY store_id, package_id
ON CONFLICT (store_id, package_id) DO UPDATE SET attempts = 0, not_before = NULL, reason = NULL`

const INSERT_WAVES = `
INSERT INTO wave (id, rollout_id, number, name, gate, released_at, released_by, sample_from)
SELECT gen_random_uuid(), $1, w.number, w.name, w.gate,
  CASE WHEN w.number = 1 THEN now() END, CASE WHEN w.number = 1 THEN $2 END, now()
FROM jsonb_to_recordset($3::jsonb) AS w(number int, name text, gate jsonb)
ON CONFLICT (rollout_id, number) DO NOTHING`

const INSERT_STORES = `
INSERT INTO rollout_store (rollout_id, store_id, calendar)
SELECT $1, s.id, s.calendar FROM jsonb_to_recordset($2::jsonb) AS s(id uuid, calendar jsonb)
ON CONFLICT (rollout_id, store_id) DO UPDATE SET calendar = excluded.calendar`

interface RolloutHead {
  readonly id: string
  readonly kind: string
  readonly packageId: string
  readonly serverPackageId: string | null
  /** Of a rollback: whose devices go back. */
  readonly ofRolloutId: string | null
}

/** Adds what the plan has and the rollout has not. Nothing that is there is changed. */
export async function insertRows(on: Executor, head: RolloutHead, plan: Plan, actor: string): Promise<void> {
  const { id, packageId, serverPackageId, kind } = head
  const targets = plan.waves.flatMap((wave) =>
    wave.deviceIds.map((device) => ({ device, wave: wave.number })),
  )
  const ids = targets.map((target) => target.device)
  const waves = plan.waves.map(({ number, name, gate }) => ({ number, name, gate }))
  const stores = plan.stores.map((store) => ({
    id: store.id,
    calendar: plan.calendars[store.calendar] ?? {},
  }))
  await on.query(INSERT_WAVES, [id, actor, JSON.stringify(waves)])
  await on.query(INSERT_STORES, [id, JSON.stringify(stores)])
  await on.query(INSERT_TARGETS, [
    ...[id, packageId, plan.package.version, serverPackageId, plan.serverPackage?.version ?? null],
    // Nothing has to be fetched for the way back.
    kind === 'rollback' ? 'ready' : 'waiting',
    ...[ids, targets.map((target) => target.wave), head.ofRolloutId],
  ])
  const waveOf = new Map(targets.map(({ device, wave }) => [device, wave]))
  const carried = plan.carried.flatMap(({ serverId, deviceIds }) =>
    deviceIds.map((device) => ({ device, wave: waveOf.get(serverId) ?? 1 })),
  )
  const own =
    plan.serverPackage === null ? { id: packageId, version: plan.package.version } : plan.serverPackage
  await on.query(INSERT_CARRIED, [
    ...[id, own.id, own.version],
    ...[carried.map((one) => one.device), carried.map((one) => one.wave)],
  ])
  const leftOut = [
    ...plan.leftOut,
    ...[...ids, ...carried.map((one) => one.device)].map((deviceId) => ({
      deviceId,
      reason: 'ownedByRollout',
    })),
  ]
  await on.query(INSERT_LEFT_OUT, [
    ...[id, packageId, plan.package.version],
    ...[leftOut.map((one) => one.deviceId), leftOut.map((one) => one.reason)],
    Math.max(1, plan.waves.length),
  ])
  if (kind === 'update') await on.query(INSERT_STORE_PACKAGES, [id])
}
