/** What is under way at devices: the update that has one, and the package that is being fetched. */
import type { DeviceUpdateState } from '../rollout/states.ts'
import type { Executor } from './database.ts'
import { LIVE } from './state-lists.ts'

export interface UpdateUnderWay {
  readonly id: string
  readonly rolloutId: string
  readonly state: DeviceUpdateState
  readonly reason: string | null
}

/** `of`: whose it is; the bytes that came, of the whole package. */
export interface Fetch {
  readonly of: 'command' | 'rollout'
  readonly state: 'waiting' | 'running'
  readonly reason: string | null
  readonly received: number
  readonly size: number
  readonly version: number
}

export interface DeviceWork {
  readonly update: UpdateUnderWay | null
  readonly fetch: Fetch | null
}

export const noWork: DeviceWork = { update: null, fetch: null }

const UPDATES = `
SELECT u.device_id AS "deviceId", u.id, u.rollout_id AS "rolloutId", u.state, u.reason, u.done_bytes::float8 AS received, k.size::float8 AS size,
  k.version FROM device_update u JOIN package k ON k.id = u.package_id
WHERE u.device_id = ANY($1::uuid[]) AND u.state ${LIVE}`

/** Of several that wait, the oldest: it is the one that begins. */
const FETCHES = `
SELECT DISTINCT ON (c.device_id) c.device_id AS "deviceId", c.state, c.reason,
  coalesce((c.params->>'received')::float8, 0) AS received, k.size::float8 AS size, k.version
FROM command c JOIN package k ON k.id = c.package_id
WHERE c.device_id = ANY($1::uuid[]) AND c.kind = 'downloadStart' AND c.state IN ('waiting', 'running')
ORDER BY c.device_id, (c.state = 'running') DESC, c.created_at`

interface UpdateRow extends UpdateUnderWay {
  readonly deviceId: string
  readonly received: number
  readonly size: number
  readonly version: number
}
type FetchRow = Omit<Fetch, 'of'> & { readonly deviceId: string }

function ofUpdate({ id, rolloutId, state, reason, received, size, version }: UpdateRow): DeviceWork {
  const update = { id, rolloutId, state, reason }
  const fetch = { of: 'rollout', state: 'running', reason: null, received, size, version } as const
  return { update, fetch: state === 'downloading' ? fetch : null }
}

/** By the id of the device; those with nothing under way are left out. */
export async function readDeviceWork(on: Executor, ids: readonly string[]): Promise<Map<string, DeviceWork>> {
  const found = new Map<string, DeviceWork>()
  if (ids.length === 0) return found
  const [updates, fetches] = await Promise.all([
    on.query<UpdateRow>(UPDATES, [ids]),
    on.query<FetchRow>(FETCHES, [ids]),
  ])
  for (const row of updates.rows) found.set(row.deviceId, ofUpdate(row))
  for (const { deviceId, ...own } of fetches.rows) {
    const former = found.get(deviceId) ?? noWork
    found.set(deviceId, { ...former, fetch: former.fetch ?? { of: 'command', ...own } })
  }
  return found
}
