/** Drives rows as conductor and worker would, without either. */
import { claimStorePackages, claimUpdates } from '../../src/db/claims.ts'
import { moveRollout, moveStorePackage, moveUpdate } from '../../src/db/transition.ts'
import { enqueue } from '../../src/jobs/enqueue.ts'
import type { JobName } from '../../src/jobs/job.ts'
import type { DeviceStep, Step } from '../../src/rollout/due.ts'
import { defaultPolicy } from '../../src/rollout/policy.ts'
import type { ReasonCode } from '../../src/rollout/reasons.ts'
import type { DeviceUpdateEvent } from '../../src/rollout/states.ts'
import { until } from '../support/until.ts'
import { type HeadOffice, store, till, uploadPackage } from './head-office.ts'

export interface Claim {
  readonly step: JobName
  readonly id: string
  readonly generation: number
}

export interface StartedRollout {
  readonly id: string
  /** Cash id → device update. */
  readonly updates: Readonly<Record<string, string>>
  readonly storePackageId: string
}

/** One store with these tills. */
export async function importTills(
  office: HeadOffice,
  code: string,
  cashIds: readonly string[],
): Promise<void> {
  const devices = cashIds.map((cashId) => till(cashId))
  const reply = await office.ask('POST', '/fleet', { json: { stores: [store(code, devices)] } })
  if (reply.status !== 200) throw new Error(reply.text)
}

/** A rollout to all devices of a store, started. */
export async function startRolloutTo(office: HeadOffice, code: string): Promise<StartedRollout> {
  const packageId = await uploadPackage(office)
  const made = await office.ask('POST', '/rollouts', { json: { name: 'night', packageId, stores: [code] } })
  const id = made.json.id as string
  const started = await office.ask('POST', `/rollouts/${id}/start`)
  if (started.status !== 200) throw new Error(started.text)
  const list = await office.ask('GET', `/rollouts/${id}/updates`)
  const items = list.json.items as { id: string; device: { cashId: string } }[]
  const shown = await office.ask('GET', `/rollouts/${id}`)
  const updates = Object.fromEntries(items.map((item) => [item.device.cashId, item.id]))
  return { id, updates, storePackageId: shown.json.storePackages[0].id }
}

const LEASE_SECONDS = 60

async function withLeader<T>(
  office: HeadOffice,
  work: (client: Parameters<typeof claimUpdates>[0]) => Promise<T | undefined>,
): Promise<T> {
  const client = await office.db.pool.connect()
  try {
    const claimed = await work(client)
    if (claimed === undefined) throw new Error('nothing was claimed')
    return claimed
  } finally {
    client.release()
  }
}

interface Place {
  readonly deviceId: string
  readonly storeId: string
  readonly rolloutId: string
  readonly attempts: number
  readonly generation: number
}

/** Claims a step of a device update: its download, unless another one is named. */
export async function claimDownload(
  office: HeadOffice,
  id: string,
  step: DeviceStep = 'download',
): Promise<Claim> {
  const { rows } = await office.db.pool.query<Place>(
    `SELECT device_id AS "deviceId", store_id AS "storeId", rollout_id AS "rolloutId", attempts, generation
     FROM device_update WHERE id = $1`,
    [id],
  )
  const row = rows[0]
  if (row === undefined) throw new Error('no such update')
  const bounds = { closesLane: false, latestStart: null, lanePolicy: defaultPolicy.lanes, trading: null }
  const wanted = { updateId: id, ...row, step, ...bounds, rolloutState: 'running' as const }
  return withLeader(office, async (client) => (await claimUpdates(client, [wanted], LEASE_SECONDS))[0])
}

export async function endUpdate(
  office: HeadOffice,
  claim: Claim,
  event: DeviceUpdateEvent,
  reason: ReasonCode | null = null,
): Promise<void> {
  const options = { actor: 'w', generation: claim.generation, reason, attempts: 'spend' } as const
  const moved = await moveUpdate(office.db.pool, claim.id, event, options)
  if (moved === undefined) throw new Error(`${event} was refused`)
}

/** Claims the upload to the store and ends it without the package. */
export async function failStorePackage(office: HeadOffice, id: string, reason: ReasonCode): Promise<Claim> {
  const { rows } = await office.db.pool.query<{ storeId: string; attempts: number }>(
    'SELECT store_id AS "storeId", attempts FROM store_package WHERE id = $1',
    [id],
  )
  const row = rows[0]
  if (row === undefined) throw new Error('no such store package')
  const claim = await withLeader(
    office,
    async (client) => (await claimStorePackages(client, [{ id, ...row }], LEASE_SECONDS))[0],
  )
  const options = { actor: 'w', generation: claim.generation, reason, attempts: 'spend' } as const
  await moveStorePackage(office.db.pool, id, 'deferred', options)
  return claim
}

/** Puts the claims' jobs into the failed list, as a worker that found they need a person. */
export async function failJobs(office: HeadOffice, step: Step, claims: readonly Claim[]): Promise<void> {
  await enqueue(office.queues, claims)
  const worker = office.queues.worker(
    step,
    async () => {
      throw new Error('hostKeyChanged')
    },
    4,
  )
  const running = worker.run()
  const before = claims.length
  const isDone = async () => {
    const jobs = await office.queues.queue(step).getFailed(0, 1000)
    return claims.every((claim) =>
      jobs.some((job) => job.data.id === claim.id && job.data.generation === claim.generation),
    )
  }
  await until(isDone, { within: 20_000, label: `${before} failed jobs` })
  await worker.close()
  await running
}

/** Puts device updates at their end, as a night would have. */
export async function endAs(
  office: HeadOffice,
  ids: readonly string[],
  state: 'succeeded' | 'failed' | 'rolledBack' | 'broken',
  reason: ReasonCode | null = null,
): Promise<void> {
  await office.db.pool.query(
    'UPDATE device_update SET state = $2, reason = $3, finished_at = now() WHERE id = ANY($1::uuid[])',
    [ids, state, reason],
  )
}

/** A gate that stopped the rollout, as the conductor writes it. */
export async function breach(office: HeadOffice, rolloutId: string): Promise<void> {
  const numbers = { count: 3, of: 41, percent: 300 / 41, allowed: 5, minimumSample: 20, usual: 0 }
  await moveRollout(office.db.pool, rolloutId, 'pause', {
    ...{ actor: 'conductor', reason: 'failures', params: { wave: 1, ...numbers, rollBack: false } },
  })
}

export interface Told {
  readonly code: string
  readonly actor: string
  readonly store: string | null
  readonly cashId: string | null
  readonly text: { readonly ru: string; readonly en: string }
}

/**
 * The events for which `holds`, once there are so many. They are shown below the oldest transaction that still runs,
 * and those of other tests' databases count.
 */
export function told(
  office: HeadOffice,
  count: number,
  holds: (event: Told) => boolean,
  rolloutId?: string,
): Promise<Told[]> {
  const query = rolloutId === undefined ? '' : `&rolloutId=${rolloutId}`
  return until(
    async () => {
      const { json } = await office.ask('GET', `/events?limit=1000${query}`)
      const found = (json.items as Told[]).filter(holds)
      if (found.length < count) throw new Error(`${found.length} events`)
      return found
    },
    { within: 20_000, label: `${count} events` },
  )
}
