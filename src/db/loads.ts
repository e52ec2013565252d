/** What runs now in stores and in all, and which lanes are open: the bounds of what may be released. */
import { isLaneOpen, type LaneFacts, type LaneView, type Trading } from '../rollout/lanes.ts'
import type { StoreLoad } from '../rollout/release.ts'
import type { Executor } from './database.ts'
import { INSTALLING, LANE_CLOSED, LIVE } from './state-lists.ts'

interface LaneRow extends Omit<LaneView, 'isOpen'>, LaneFacts {
  readonly storeId: string
}

/** Every till in service of these stores; one whose last update left it broken is closed until another one ends otherwise. */
async function readLanes(on: Executor, storeIds: readonly string[]): Promise<Map<string, LaneView[]>> {
  const { rows } = await on.query<LaneRow>(
    `SELECT d.id AS "deviceId", d.store_id AS "storeId", d.kind, d.blocked, d.in_reserve AS "inReserve",
       d.host IS NOT NULL AS "hasAddress", (t.read_at IS NOT NULL AND t.reason IS NULL) AS "isReached",
       t.status->>'health' AS health, t.status->>'activity' AS activity,
       EXISTS (SELECT 1 FROM device_update u WHERE u.device_id = d.id AND u.state ${LANE_CLOSED}
         AND (u.state <> 'broken' OR u.finished_at = (SELECT max(o.finished_at) FROM device_update o WHERE o.device_id = d.id))
       ) AS "isBusyWithUs"
     FROM device d LEFT JOIN device_status t ON t.device_id = d.id
     WHERE d.store_id = ANY($1::uuid[]) AND d.kind IN ('till', 'selfCheckout')
       AND NOT d.blocked AND NOT d.in_reserve AND d.host IS NOT NULL AND d.removed_at IS NULL`,
    [storeIds],
  )
  const lanes = new Map<string, LaneView[]>(storeIds.map((id) => [id, []]))
  for (const { storeId, deviceId, kind, ...facts } of rows)
    lanes.get(storeId)?.push({ deviceId, kind, isOpen: isLaneOpen(facts) })
  return lanes
}

/**
 * What runs now in these stores, and their limits.
 * @param trading those that trade now, and how: their lanes are read and kept
 */
export async function readLoads(
  on: Executor,
  storeIds: readonly string[],
  trading: ReadonlyMap<string, Trading>,
): Promise<Map<string, StoreLoad>> {
  const { rows } = await on.query<Omit<StoreLoad, 'lanes' | 'trading'> & { id: string }>(
    `SELECT s.id, s.max_downloads AS "maxDownloads", s.max_installs AS "maxInstalls",
       -- Those of errands beside any rollout come from the same server.
       (count(u.id) FILTER (WHERE u.state = 'downloading') + (SELECT count(*) FROM command c JOIN device d ON d.id = c.device_id
         WHERE d.store_id = s.id AND c.state = 'running' AND c.kind = 'downloadStart'))::int AS downloads,
       count(u.id) FILTER (WHERE u.state ${INSTALLING} AND NOT u.carried)::int AS installs
     FROM store s LEFT JOIN device_update u ON u.store_id = s.id
       AND u.state ${LIVE}
     WHERE s.id = ANY($1::uuid[]) GROUP BY s.id`,
    [storeIds],
  )
  const open = storeIds.filter((id) => trading.has(id))
  const lanes = open.length === 0 ? new Map<string, LaneView[]>() : await readLanes(on, open)
  return new Map(
    rows.map(({ id, ...load }) => [
      id,
      { ...load, lanes: lanes.get(id) ?? null, trading: trading.get(id) ?? 'trading' },
    ]),
  )
}

/** How many steps workers that were heard of lately can carry, less those that run. */
export async function readRoom(on: Executor, totalLimit: number, silentSeconds: number): Promise<number> {
  const { rows } = await on.query<{ capacity: number; running: number }>(
    `SELECT
       coalesce((SELECT sum(capacity) FROM worker_node WHERE seen_at > now() - make_interval(secs => $1)), 0)::int AS capacity,
       (SELECT count(*) FROM device_update WHERE lease_until IS NOT NULL)::int
         + (SELECT count(*) FROM store_package WHERE lease_until IS NOT NULL)::int
         + (SELECT count(*) FROM command WHERE lease_until IS NOT NULL)::int
         + (SELECT count(*) FROM enrolment WHERE lease_until IS NOT NULL)::int AS running`,
    [silentSeconds],
  )
  const { capacity, running } = rows[0] ?? { capacity: 0, running: 0 }
  return Math.max(0, Math.min(totalLimit, capacity) - running)
}
