/**
 * The only writer of a state column. One statement moves the row (if its state and generation are as expected),
 * ends the attempt's record and writes the event: all of it or nothing.
 */
import type { Step } from '../rollout/due.ts'
import type { ReasonCode } from '../rollout/reasons.ts'
import {
  type DeviceUpdateEvent,
  type DeviceUpdateState,
  isTerminalRollout,
  isTerminalUpdate,
  machines,
  type RolloutEvent,
  type RolloutState,
  type StorePackageEvent,
  type StorePackageState,
} from '../rollout/states.ts'
import type { Executor } from './database.ts'
import { cells } from './state-lists.ts'

export interface MoveOptions {
  readonly actor: string
  /** Expected generation; left out only by a person's or the conductor's move of a row at rest. */
  readonly generation?: number
  /** null clears it; left out keeps it. */
  readonly reason?: ReasonCode | null
  readonly params?: Readonly<Record<string, unknown>>
  /** What becomes of the count of attempts. */
  readonly attempts?: 'keep' | 'spend' | 'reset'
  /** Not due again before this many seconds from the database's now. */
  readonly retryInSeconds?: number
  /** A claim: raises to this generation and writes the lease. */
  readonly claim?: { readonly generation: number; readonly leaseSeconds: number }
  /** A second event, written with the first. */
  readonly also?: { readonly code: string; readonly params: Readonly<Record<string, unknown>> }
}

export interface UpdateMoved {
  readonly id: string
  readonly before: DeviceUpdateState
  readonly state: DeviceUpdateState
  readonly rolloutId: string
  readonly deviceId: string
  readonly storeId: string
  readonly generation: number
  readonly attempts: number
}

/** Columns that only some device updates' moves carry. */
export interface UpdatePatch {
  readonly armedUntil?: Date | null
  /** A claim of an installation: its latest start; the ramp counts the claim. */
  readonly install?: { readonly latestStart: Date | null }
  readonly doneBytes?: number
  /** What the device said that it runs, before anything was installed: kept where nobody knew it before. */
  readonly fromVersion?: number
}

const terminalUpdates = Object.keys(machines.deviceUpdate).filter(isTerminalUpdate)
/** From the first of these on, a device may run what the rollout brought. */
const installing: readonly Step[] = ['activate', 'restart', 'disarm', 'rollback']
const terminalRollouts = Object.keys(machines.rollout).filter(isTerminalRollout)

const attemptsSql = (column: string, parameter: string) =>
  `CASE ${parameter} WHEN 'spend' THEN ${column} + 1 WHEN 'reset' THEN 0 ELSE ${column} END`

/** Planned once per connection: planning it takes longer than running it, and every step ends by it. */
const MOVE_UPDATE = `
WITH cell AS (SELECT * FROM unnest($2::text[], $3::text[]) AS c(before, after)),
moved AS (
  UPDATE device_update u SET
    state = cell.after,
    updated_at = now(),
    generation = coalesce($5::int, u.generation),
    lease_until = now() + make_interval(secs => $6::float8),
    lease_owner = NULL,
    reason = CASE WHEN $7 THEN $8 ELSE u.reason END,
    reason_params = CASE WHEN $7 THEN $9::jsonb ELSE u.reason_params END,
    attempts = ${attemptsSql('u.attempts', '$10')},
    not_before = now() + make_interval(secs => $11::float8),
    finished_at = CASE WHEN cell.after = ANY($12::text[]) THEN now() END,
    latest_start = CASE WHEN $13 THEN $14::timestamptz ELSE u.latest_start END,
    install_at = CASE WHEN $13 THEN now() ELSE u.install_at END,
    armed_until = CASE WHEN $15 THEN $16::timestamptz ELSE u.armed_until END,
    done_bytes = coalesce($17::bigint, u.done_bytes),
    -- Since an earlier installation was tried, what runs may be what that one brought.
    from_version = CASE WHEN u.from_version IS NULL AND $23::int IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM step_run x WHERE x.update_id = u.id AND x.generation < u.generation AND x.step = ANY($24::text[]))
      THEN $23 ELSE u.from_version END
  FROM cell
  WHERE u.id = $1 AND u.state = cell.before AND ($4::int IS NULL OR u.generation = $4)
  RETURNING u.*, cell.before
),
ended AS (
  UPDATE step_run r SET ended_at = now(), outcome = $18, reason = $8, params = $9::jsonb
  FROM moved WHERE $5::int IS NULL AND r.update_id = moved.id AND r.generation = moved.generation AND r.ended_at IS NULL
),
said AS (
  INSERT INTO event (code, actor, rollout_id, store_id, device_id, update_id, params)
  SELECT said.code, $19, moved.rollout_id, moved.store_id, moved.device_id, moved.id,
    CASE WHEN said.own THEN said.params ELSE said.params || jsonb_build_object('from', moved.before, 'to', moved.state) END
  FROM moved, (VALUES ('updateMoved', $20::jsonb, false), ($21::text, $22::jsonb, true)) AS said(code, params, own)
  WHERE said.code IS NOT NULL
)
SELECT id, before, state, rollout_id AS "rolloutId", device_id AS "deviceId", store_id AS "storeId", generation, attempts FROM moved`

/**
 * Moves one device update. Undefined: the row was elsewhere or of another generation, and nothing was written.
 */
export async function moveUpdate(
  on: Executor,
  id: string,
  event: DeviceUpdateEvent,
  options: MoveOptions,
  patch: UpdatePatch = {},
): Promise<UpdateMoved | undefined> {
  const { before, after } = cells(machines.deviceUpdate, event)
  const params = options.params === undefined ? null : JSON.stringify(options.params)
  const { rows } = await on.query<UpdateMoved>({
    name: 'moveUpdate',
    text: MOVE_UPDATE,
    values: [
      id,
      before,
      after,
      options.generation ?? null,
      options.claim?.generation ?? null,
      options.claim?.leaseSeconds ?? null,
      options.reason !== undefined,
      options.reason ?? null,
      params,
      options.attempts ?? 'keep',
      options.retryInSeconds ?? null,
      terminalUpdates,
      patch.install !== undefined,
      patch.install?.latestStart ?? null,
      patch.armedUntil !== undefined,
      patch.armedUntil ?? null,
      patch.doneBytes ?? null,
      event,
      options.actor,
      JSON.stringify({ event, reason: options.reason ?? undefined, ...options.params }),
      options.also?.code ?? null,
      JSON.stringify(options.also?.params ?? {}),
      patch.fromVersion ?? null,
      installing,
    ],
  })
  return rows[0]
}

export interface StorePackageMoved {
  readonly id: string
  readonly before: StorePackageState
  readonly state: StorePackageState
  readonly storeId: string
  readonly generation: number
  readonly attempts: number
}

const MOVE_STORE_PACKAGE = `
WITH cell AS (SELECT * FROM unnest($2::text[], $3::text[]) AS c(before, after)),
moved AS (
  UPDATE store_package p SET
    state = cell.after,
    updated_at = now(),
    generation = coalesce($5::int, p.generation),
    lease_until = now() + make_interval(secs => $6::float8),
    lease_owner = NULL,
    reason = CASE WHEN $7 THEN $8 ELSE p.reason END,
    attempts = ${attemptsSql('p.attempts', '$9')},
    not_before = now() + make_interval(secs => $10::float8),
    present_at = CASE WHEN cell.after = 'present' THEN now() END,
    -- A removal that is done was asked for no longer.
    withdrawn_by = CASE WHEN $11 <> 'removed' THEN p.withdrawn_by END,
    done_bytes = CASE WHEN $11 <> 'removed' THEN p.done_bytes ELSE 0 END
  FROM cell
  WHERE p.id = $1 AND p.state = cell.before AND ($4::int IS NULL OR p.generation = $4)
  RETURNING p.*, cell.before
),
ended AS (
  UPDATE step_run r SET ended_at = now(), outcome = $11, reason = $8, params = $12::jsonb
  FROM moved WHERE $5::int IS NULL AND r.store_package_id = moved.id AND r.generation = moved.generation AND r.ended_at IS NULL
),
said AS (
  INSERT INTO event (code, actor, store_id, store_package_id, params)
  SELECT 'storePackageMoved', $13, moved.store_id, moved.id,
    $14::jsonb || jsonb_build_object('from', moved.before, 'to', moved.state)
  FROM moved
)
SELECT id, before, state, store_id AS "storeId", generation, attempts FROM moved`

/** Moves one store package. Undefined: the row was elsewhere or of another generation, and nothing was written. */
export async function moveStorePackage(
  on: Executor,
  id: string,
  event: StorePackageEvent,
  options: MoveOptions,
): Promise<StorePackageMoved | undefined> {
  const { before, after } = cells(machines.storePackage, event)
  const { rows } = await on.query<StorePackageMoved>(MOVE_STORE_PACKAGE, [
    id,
    before,
    after,
    options.generation ?? null,
    options.claim?.generation ?? null,
    options.claim?.leaseSeconds ?? null,
    options.reason !== undefined,
    options.reason ?? null,
    options.attempts ?? 'keep',
    options.retryInSeconds ?? null,
    event,
    options.params === undefined ? null : JSON.stringify(options.params),
    options.actor,
    JSON.stringify({ event, reason: options.reason ?? undefined, ...options.params }),
  ])
  return rows[0]
}

export interface RolloutMoved {
  readonly id: string
  readonly before: RolloutState
  readonly state: RolloutState
}

const MOVE_ROLLOUT = `
WITH cell AS (SELECT * FROM unnest($2::text[], $3::text[], $6::text[]) AS c(before, after, code)),
moved AS (
  UPDATE rollout r SET
    state = cell.after,
    reason = $4,
    reason_params = $9::jsonb,
    started_at = CASE WHEN cell.after = 'running' THEN coalesce(r.started_at, now()) ELSE r.started_at END,
    finished_at = CASE WHEN cell.after = ANY($5::text[]) THEN now() END
  FROM cell WHERE r.id = $1 AND r.state = cell.before
  RETURNING r.*, cell.before, cell.code
),
said AS (
  INSERT INTO event (code, actor, rollout_id, params)
  SELECT moved.code, $7, moved.id, $8::jsonb || jsonb_build_object('from', moved.before, 'to', moved.state) FROM moved
)
SELECT id, before, state FROM moved`

/** What a rollout's move is called in the journal, by the state it leads to. */
const rolloutEventCode: Record<RolloutState, string> = {
  draft: 'rolloutCreated',
  awaitingApproval: 'rolloutSubmitted',
  scheduled: 'rolloutScheduled',
  running: 'rolloutStarted',
  paused: 'rolloutPaused',
  stopping: 'rolloutStopping',
  finished: 'rolloutFinished',
  cancelled: 'rolloutCancelled',
}
const rolloutEventCodes: Partial<Record<RolloutEvent, string>> = {
  resume: 'rolloutResumed',
  reopen: 'rolloutReopened',
  approve: 'rolloutApproved',
  reject: 'rolloutRejected',
}

/** Moves one rollout. Undefined: it was in a state that refuses the event. */
export async function moveRollout(
  on: Executor,
  id: string,
  event: RolloutEvent,
  options: {
    actor: string
    /** Why it paused by itself; a person's move clears it. */
    reason?: string
    params?: Readonly<Record<string, unknown>>
  },
): Promise<RolloutMoved | undefined> {
  const { before, after } = cells(machines.rollout, event)
  const codes = after.map((state) => rolloutEventCodes[event] ?? rolloutEventCode[state as RolloutState])
  const { rows } = await on.query<RolloutMoved>(MOVE_ROLLOUT, [
    id,
    before,
    after,
    options.reason ?? null,
    terminalRollouts,
    codes,
    options.actor,
    JSON.stringify({
      event,
      ...(options.reason === undefined ? {} : { reason: options.reason }),
      ...options.params,
    }),
    options.reason === undefined ? null : JSON.stringify(options.params ?? {}),
  ])
  return rows[0]
}
