/** When what is left of a rollout will probably be installed: the plan's own forecast, played from now. */
import { type Drafted, waveSpans } from '../rollout/plan/forecast.ts'
import { planNeed } from '../rollout/plan/need.ts'
import type { PlanDevice } from '../rollout/plan/plan-types.ts'
import { readPackage, readRollout } from './approval.ts'
import type { Executor } from './database.ts'
import { readPlanInput } from './planning.ts'
import { LIVE } from './state-lists.ts'

export interface WaveOutlook {
  readonly number: number
  /** Devices that have not ended. */
  readonly left: number
  /** Milliseconds since 1970. */
  readonly startsAt: number | null
  readonly endsAt: number | null
}

/** Null: it has no rows yet, and all are left. */
async function readLeft(on: Executor, rolloutId: string): Promise<ReadonlySet<string> | null> {
  const { rows } = await on.query<{ id: string; live: boolean }>(
    `SELECT device_id AS id, (state ${LIVE}) AS live FROM device_update WHERE rollout_id = $1`,
    [rolloutId],
  )
  return rows.length === 0 ? null : new Set(rows.flatMap(({ id, live }) => (live ? [id] : [])))
}

/** Undefined: there is no such rollout. Every gate is taken to open as soon as its wave is over. */
export async function readWaveOutlook(
  on: Executor,
  id: string,
  now: number,
): Promise<WaveOutlook[] | undefined> {
  const row = await readRollout(on, id)
  if (row === undefined) return undefined
  const { kind, selection, cut, policy, plan } = row
  const target = await readPackage(on, row.packageId)
  const serverTarget = await readPackage(on, row.serverPackageId)
  if (target === null) throw new Error(`package ${row.packageId} is gone`)
  const plannedIds = new Set(plan.devices.map((device) => device.id))
  const request = { kind, target, serverTarget, selection, waves: cut, policy, rolloutId: id, plannedIds }
  const input = await readPlanInput(on, request, now)
  const left = await readLeft(on, id)
  const byId = new Map(input.devices.map((device) => [device.id, device]))
  const isLeft = (device: PlanDevice | undefined): device is PlanDevice =>
    device !== undefined && (left === null || left.has(device.id))
  const drafted: Drafted = {
    input,
    stores: input.stores,
    calendars: new Map(input.stores.map((store) => [store.id, store.calendar])),
    waves: plan.waves.map(({ name, deviceIds, gate }) => ({
      name,
      gate,
      sampleAsked: gate.minimumSample,
      devices: deviceIds.map((deviceId) => byId.get(deviceId)).filter(isLeft),
    })),
    carried: new Map(plan.carried.map(({ serverId, deviceIds }) => [serverId, deviceIds.length])),
    need: planNeed(input),
  }
  const spans = waveSpans(drafted)
  return plan.waves.map(({ number }, place) => ({
    number,
    left: drafted.waves[place]?.devices.length ?? 0,
    startsAt: spans[place]?.startsAt ?? null,
    endsAt: spans[place]?.endsAt ?? null,
  }))
}
