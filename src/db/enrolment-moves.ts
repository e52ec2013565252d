/** The only writer of an enrolment's state: moves rows that are where they are expected. Times are the database's. */
import { type EnrolmentEvent, type EnrolmentState, enrolmentStates } from '../rollout/states.ts'
import type { Executor } from './database.ts'
import { type ErrandMove, type ErrandMoveOptions, moveValues } from './errands.ts'
import { endStates } from './state-lists.ts'

const ended = endStates(enrolmentStates)

/** What was shown waits so long for somebody who compares it. */
const SHOWN_FOR = '7 days'

/** What a person decides is told by who writes it; here only what came to nothing by itself. */
const MOVE = `
WITH cell AS (SELECT * FROM unnest($1::text[], $2::text[]) AS c(before, after)),
wanted AS (SELECT * FROM unnest($3::uuid[], $4::int[], $5::int[]) AS w(id, expected, generation)),
moved AS (
  UPDATE enrolment e SET
    state = cell.after,
    generation = coalesce(wanted.generation, e.generation),
    lease_until = now() + make_interval(secs => $6::float8),
    lease_owner = NULL,
    attempts = e.attempts + $7::int,
    not_before = now() + make_interval(secs => $8::float8),
    not_after = CASE WHEN cell.after = 'shown' THEN now() + interval '${SHOWN_FOR}' ELSE e.not_after END,
    reason = CASE WHEN $9 THEN $10 ELSE e.reason END,
    params = coalesce($11::jsonb, e.params),
    keys = coalesce($12::text[], e.keys),
    host = coalesce($13, e.host),
    port = coalesce($14::int, e.port),
    decided_by = coalesce($15, e.decided_by),
    finished_at = CASE WHEN cell.after = ANY($16::text[]) THEN now() END
  FROM cell, wanted
  WHERE e.id = wanted.id AND e.state = cell.before AND (wanted.expected IS NULL OR e.generation = wanted.expected)
  RETURNING e.*
),
said AS (
  INSERT INTO event (code, actor, store_id, device_id, params)
  SELECT 'enrolmentEnded', $17, moved.store_id, moved.device_id,
    jsonb_build_object('what', moved.kind, 'state', moved.state, 'reason', moved.reason, 'host', coalesce(d.cash_id, s.code))
  FROM moved JOIN store s ON s.id = moved.store_id LEFT JOIN device d ON d.id = moved.device_id
  WHERE moved.state IN ('failed', 'expired') AND moved.reason IS DISTINCT FROM 'superseded'
)
SELECT id, generation, state FROM moved`

export interface EnrolmentMoveOptions extends ErrandMoveOptions {
  /** What was found, and where. */
  readonly keys?: readonly string[]
  readonly place?: { readonly host: string; readonly port: number }
  readonly decidedBy?: string
}

/** Moves many at once; those come back that were where the event may happen. */
export async function moveEnrolments(
  on: Executor,
  moves: readonly ErrandMove[],
  event: EnrolmentEvent,
  options: EnrolmentMoveOptions,
): Promise<{ id: string; generation: number; state: EnrolmentState }[]> {
  if (moves.length === 0) return []
  const { rows } = await on.query<{ id: string; generation: number; state: EnrolmentState }>(MOVE, [
    ...moveValues(enrolmentStates, moves, event, options),
    options.keys ?? null,
    options.place?.host ?? null,
    options.place?.port ?? null,
    options.decidedBy ?? null,
    ended,
    options.actor,
  ])
  return rows
}
