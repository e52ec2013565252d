/** Everything that a plan is made from, as it stands now. */
import type { RolloutKind } from '../rollout/due.ts'
import { calendarOf, type StoreHours } from '../rollout/inventory.ts'
import type { LaneKind } from '../rollout/lanes.ts'
import type { PlanDevice, PlanInput, PlanPackage, PlanStore } from '../rollout/plan/plan-types.ts'
import { type Selection, selects } from '../rollout/plan/selection.ts'
import type { WavePlan } from '../rollout/plan/wave-types.ts'
import type { Policy } from '../rollout/policy.ts'
import type { Executor } from './database.ts'
import { readFreezes } from './freezes.ts'
import type { Package } from './generated/client.ts'
import { LIVE } from './state-lists.ts'

export interface PlanRequest {
  readonly kind: RolloutKind
  readonly target: Package
  readonly serverTarget: Package | null
  readonly selection: Selection
  readonly waves: WavePlan
  readonly policy: Policy
  /** A rollout that is planned anew: its own devices do not count as another's. */
  readonly rolloutId?: string
  /** Its devices are read whatever the selection says of them by now. */
  readonly plannedIds?: ReadonlySet<string>
}

type DeviceRow = PlanDevice & { readonly off: boolean }

const DEVICES = `
SELECT d.id, d.store_id AS "storeId", s.code AS "storeCode", s.group_name AS "group", d.labels || s.labels AS labels,
  d.kind, d.cash_id AS "cashId", d.number, d.host, d.blocked, d.in_reserve AS "inReserve", d.configuration, t.version,
  (t.reason IS NOT NULL) AS off,
  EXISTS (SELECT 1 FROM device_update u WHERE u.device_id = d.id AND u.rollout_id IS DISTINCT FROM $1::uuid
    AND u.state ${LIVE}) AS owned
FROM device d JOIN store s ON s.id = d.store_id LEFT JOIN device_status t ON t.device_id = d.id
WHERE d.removed_at IS NULL AND s.removed_at IS NULL`

const lanesOf = (
  kind: LaneKind,
): string => `json_build_object('all', count(d.id) FILTER (WHERE d.kind = '${kind}'),
    'inService', count(d.id) FILTER (WHERE d.kind = '${kind}' AND d.host IS NOT NULL AND NOT d.blocked AND NOT d.in_reserve))`

const STORES = `
SELECT s.id, s.code, s.name, s.group_name AS "group", s.labels, s.time_zone AS "timeZone", s.calendar AS hours,
  s.max_installs AS "maxInstalls", s.max_downloads AS "maxDownloads", s.bytes_per_second AS "bytesPerSecond",
  json_build_object('till', ${lanesOf('till')}, 'selfCheckout', ${lanesOf('selfCheckout')}) AS lanes,
  (sum(t.misses)::float8 / nullif(sum(t.asks), 0)) AS "offlineRate",
  (s.legacy_algorithms OR coalesce(bool_or(d.legacy_algorithms), false)) AS legacy,
  min(t.version) FILTER (WHERE d.kind = 'storeServer') AS "serverVersion",
  (count(d.id) FILTER (WHERE d.kind = 'storeServer') > 0) AS "hasServer",
  EXISTS (SELECT 1 FROM store_package p WHERE p.store_id = s.id AND p.package_id = $1 AND p.state = 'present') AS "hasPackage",
  EXISTS (SELECT 1 FROM store_package p WHERE p.store_id = s.id AND p.package_id = $2 AND p.state = 'present') AS "hasServerPackage"
FROM store s LEFT JOIN device d ON d.store_id = s.id AND d.removed_at IS NULL LEFT JOIN device_status t ON t.device_id = d.id
GROUP BY s.id`

interface StoreRow extends Omit<PlanStore, 'calendar'> {
  readonly timeZone: string
  readonly hours: StoreHours | null
  readonly serverVersion: number | null
  readonly hasServer: boolean
}

function toStore({ timeZone, hours, serverVersion, hasServer, ...store }: StoreRow): PlanStore {
  return { ...store, calendar: calendarOf(timeZone, hours) }
}

/** From the claim of its installation to its proof: 95 of 100 were faster. */
const MEASURED = `
SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - install_at))::float8 AS "installSeconds",
  count(*)::int AS samples
FROM (SELECT finished_at, install_at FROM device_update
  WHERE package_id = $1 AND state = 'succeeded' AND install_at IS NOT NULL ORDER BY finished_at DESC LIMIT 2000) AS done`

async function toPlanPackage(on: Executor, row: Package): Promise<PlanPackage> {
  const { rows } = await on.query<{ installSeconds: number | null; samples: number }>(MEASURED, [row.id])
  const { installSeconds, samples } = rows[0] ?? { installSeconds: null, samples: 0 }
  const { id, kind, version, sha256, minVersion, needsServer, updatesTills, canGoBack } = row
  return {
    ...{
      id,
      kind,
      version,
      sha256,
      size: Number(row.size),
      minVersion,
      needsServer,
      updatesTills,
      canGoBack,
      signed: row.signature !== null,
    },
    measured: installSeconds === null ? null : { installSeconds, samples },
  }
}

/** @param now milliseconds since 1970: the planner's clock */
export async function readPlanInput(on: Executor, request: PlanRequest, now: number): Promise<PlanInput> {
  const { target, serverTarget, selection, kind, waves, policy } = request
  const { rows } = await on.query<DeviceRow>(DEVICES, [request.rolloutId ?? null])
  const devices = rows.filter(
    (device) => request.plannedIds?.has(device.id) === true || selects(selection, device, target.version),
  )
  const chosen = new Set(devices.map((device) => device.storeId))
  const stores = (await on.query<StoreRow>(STORES, [target.id, serverTarget?.id ?? null])).rows
  return {
    now,
    kind,
    package: await toPlanPackage(on, target),
    serverPackage: serverTarget === null ? null : await toPlanPackage(on, serverTarget),
    devices,
    stores: stores.filter((store) => chosen.has(store.id)).map(toStore),
    serverVersions: new Map(stores.filter((one) => one.hasServer).map((one) => [one.id, one.serverVersion])),
    freezes: await readFreezes(on),
    waves,
    policy,
  }
}
