/** Waves of running rollouts: what their gates are judged by, and what came of it. */
import type pg from 'pg'
import type { RolloutKind } from '../rollout/due.ts'
import type { GatePolicy, Policy } from '../rollout/policy.ts'
import type { RolloutState } from '../rollout/states.ts'
import type { InstallNeed } from '../rollout/time/calendar.ts'
import type { Accepted, WaveGroup } from '../rollout/wave-facts.ts'
import type { Executor } from './database.ts'
import { addEvent } from './events.ts'

export interface RolloutHead {
  readonly id: string
  readonly kind: RolloutKind
  readonly state: RolloutState
}

/** Rollouts with live rows that the conductor looks after. */
export async function readHeads(on: Executor): Promise<RolloutHead[]> {
  const { rows } = await on.query<RolloutHead>(
    `SELECT id, kind, state FROM rollout WHERE state IN ('running', 'paused', 'stopping') ORDER BY created_at, id`,
  )
  return rows
}

/** The database's clock, by which everything is judged. Milliseconds since 1970. */
export async function readNow(on: Executor): Promise<number> {
  const { rows } = await on.query<{ now: Date }>('SELECT now() AS now')
  return rows[0]?.now.getTime() ?? Date.now()
}

export interface RolloutTerms {
  readonly policy: Policy
  readonly need: InstallNeed
}

/** What a rollout was approved with: it never changes. */
export async function readTerms(on: Executor, ids: readonly string[]): Promise<Map<string, RolloutTerms>> {
  const { rows } = await on.query<RolloutTerms & { id: string }>(
    'SELECT id, policy, need FROM rollout WHERE id = ANY($1::uuid[])',
    [ids],
  )
  return new Map(rows.map(({ id, policy, need }) => [id, { policy, need }]))
}

export interface WaveRow {
  readonly rolloutId: string
  readonly number: number
  readonly gate: GatePolicy
  /** Milliseconds since 1970, all three. */
  readonly releasedAt: number | null
  readonly fulfilledAt: number | null
  readonly passedAt: number | null
  /** The sample that it is judged by: a verdict about an older one is void. */
  readonly sampleFrom: number | null
  readonly accepted: Accepted
}

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`

export async function readWaves(on: Executor, rolloutIds: readonly string[]): Promise<WaveRow[]> {
  const { rows } = await on.query<WaveRow>(
    `SELECT rollout_id AS "rolloutId", number, gate, ${ms('released_at')} AS "releasedAt",
       ${ms('fulfilled_at')} AS "fulfilledAt", ${ms('passed_at')} AS "passedAt", ${ms('sample_from')} AS "sampleFrom",
       jsonb_build_object('unreachable', accepted_unreachable, 'silent', accepted_silent) AS accepted
     FROM wave WHERE rollout_id = ANY($1::uuid[]) ORDER BY rollout_id, number`,
    [rolloutIds],
  )
  return rows
}

/** Device updates of released waves that are still judged, counted by what the gate looks at. */
export async function readWaveGroups(
  on: Executor,
  rolloutIds: readonly string[],
): Promise<(WaveGroup & { rolloutId: string; wave: number })[]> {
  const { rows } = await on.query<WaveGroup & { rolloutId: string; wave: number }>(
    `SELECT u.rollout_id AS "rolloutId", u.wave, u.state,
       -- Who waits for its store's package is out of reach when the store is.
       CASE WHEN u.state = 'waiting' AND u.reason IS NULL THEN p.reason ELSE u.reason END AS reason, count(*)::int AS count,
       coalesce(u.finished_at >= w.sample_from, false) AS "inSample",
       (u.install_at IS NULL OR u.install_at < now() - make_interval(secs => (r.policy->>'restartSeconds')::float8)) AS "isOverdue"
     FROM device_update u JOIN wave w ON w.rollout_id = u.rollout_id AND w.number = u.wave
     JOIN rollout r ON r.id = u.rollout_id
     LEFT JOIN store_package p ON p.store_id = u.store_id AND p.package_id = u.package_id AND p.state = 'absent'
     WHERE u.rollout_id = ANY($1::uuid[]) AND w.released_at IS NOT NULL AND w.passed_at IS NULL
       -- Whom the plan left out, or a person took out before it began, is no part of the sample.
       AND NOT (u.state = 'skipped' AND u.generation = 0)
     GROUP BY 1, 2, 3, 4, 6, 7`,
    [rolloutIds],
  )
  return rows
}

/** How many devices of each wave usually do not answer: the sum of their stores' rates. By `rollout:wave`. */
export async function readExpectedUnreachable(
  on: Executor,
  rolloutIds: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await on.query<{ key: string; expected: number }>(
    `WITH rate AS (
       SELECT d.store_id, sum(t.misses)::float8 / nullif(sum(t.asks), 0) AS rate
       FROM device_status t JOIN device d ON d.id = t.device_id AND d.removed_at IS NULL GROUP BY d.store_id)
     SELECT u.rollout_id || ':' || u.wave AS key, coalesce(sum(rate.rate), 0)::float8 AS expected
     FROM device_update u LEFT JOIN rate ON rate.store_id = u.store_id
     WHERE u.rollout_id = ANY($1::uuid[]) AND NOT (u.state = 'skipped' AND u.generation = 0)
     GROUP BY u.rollout_id, u.wave`,
    [rolloutIds],
  )
  return new Map(rows.map(({ key, expected }) => [key, expected]))
}

export interface RampCount {
  readonly rolloutId: string
  readonly successes: number
  readonly startedInLastMinute: number
}

export async function readRampCounts(on: Executor, rolloutIds: readonly string[]): Promise<RampCount[]> {
  if (rolloutIds.length === 0) return []
  const { rows } = await on.query<RampCount>(
    `SELECT rollout_id AS "rolloutId",
       count(*) FILTER (WHERE state = (CASE r.kind WHEN 'rollback' THEN 'rolledBack' ELSE 'succeeded' END))::int AS successes,
       count(*) FILTER (WHERE install_at > now() - interval '1 minute')::int AS "startedInLastMinute"
     FROM device_update u JOIN rollout r ON r.id = u.rollout_id WHERE rollout_id = ANY($1::uuid[]) GROUP BY rollout_id`,
    [rolloutIds],
  )
  return rows
}

/**
 * Locks a wave that is still judged by the sample it was judged by; false: a person has gone on with a new one since, or
 * another conductor leads and has passed it. Inside a transaction.
 */
export async function lockSample(
  on: pg.ClientBase,
  wave: Pick<WaveRow, 'rolloutId' | 'number' | 'sampleFrom'>,
): Promise<boolean> {
  const { rowCount } = await on.query(
    `SELECT 1 FROM wave WHERE rollout_id = $1 AND number = $2 AND passed_at IS NULL
       AND ${ms('sample_from')} IS NOT DISTINCT FROM $3::float8 FOR UPDATE`,
    [wave.rolloutId, wave.number, wave.sampleFrom],
  )
  return rowCount === 1
}

export interface WaveMove {
  readonly actor: string
  /** By a gate: every wave before it must have passed. A person's release passes them. */
  readonly byGate?: true
  readonly params?: Readonly<Record<string, unknown>>
}

/** Its devices may install from now on. False: it was released before, or the one before it was not. */
export async function releaseWave(
  on: Executor,
  rolloutId: string,
  number: number,
  move: WaveMove,
): Promise<boolean> {
  const { rowCount } = await on.query(
    `UPDATE wave w SET released_at = now(), released_by = $3, sample_from = now()
     WHERE rollout_id = $1 AND number = $2 AND released_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM wave b WHERE b.rollout_id = $1 AND b.number < $2
         AND (b.released_at IS NULL OR ($4 AND b.passed_at IS NULL)))`,
    [rolloutId, number, move.actor, move.byGate === true],
  )
  if (rowCount !== 1) return false
  await on.query(
    'UPDATE wave SET passed_at = coalesce(passed_at, now()) WHERE rollout_id = $1 AND number < $2',
    [rolloutId, number],
  )
  await addEvent(on, {
    code: 'waveReleased',
    actor: move.actor,
    rolloutId,
    params: { wave: number, ...move.params },
  })
  return true
}

/** Notes that all but the soak is fulfilled, since now if it was not before; or that it is not any more. */
export async function markFulfilled(
  on: pg.ClientBase,
  rolloutId: string,
  number: number,
  isFulfilled: boolean,
): Promise<void> {
  await on.query(
    'UPDATE wave SET fulfilled_at = CASE WHEN $3 THEN coalesce(fulfilled_at, now()) END WHERE rollout_id = $1 AND number = $2',
    [rolloutId, number, isFulfilled],
  )
}

/** Its gate has opened: it is judged no more. The time stays if it passed before. */
export async function markPassed(on: pg.ClientBase, rolloutId: string, number: number): Promise<void> {
  await on.query(
    'UPDATE wave SET passed_at = now() WHERE rollout_id = $1 AND number = $2 AND passed_at IS NULL',
    [rolloutId, number],
  )
}
