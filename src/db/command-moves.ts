/** The only writer of a command's state: moves rows that are where they are expected, and tells it. Times are the database's. */
import { type CommandEvent, type CommandState, commandStates } from '../rollout/states.ts'
import type { Executor } from './database.ts'
import { type ErrandMove, type ErrandMoveOptions, moveValues } from './errands.ts'
import { endStates } from './state-lists.ts'

const ended = endStates(commandStates)

/** What changes a device is told in the journal; of looks only the request is, ten thousand a night. */
const MOVE = `
WITH cell AS (SELECT * FROM unnest($1::text[], $2::text[]) AS c(before, after)),
wanted AS (SELECT * FROM unnest($3::uuid[], $4::int[], $5::int[]) AS w(id, expected, generation)),
moved AS (
  UPDATE command c SET
    state = cell.after,
    generation = coalesce(wanted.generation, c.generation),
    lease_until = now() + make_interval(secs => $6::float8),
    lease_owner = NULL,
    attempts = c.attempts + $7::int,
    not_before = now() + make_interval(secs => $8::float8),
    reason = CASE WHEN $9 THEN $10 ELSE c.reason END,
    params = coalesce($11::jsonb, c.params),
    finished_at = CASE WHEN cell.after = ANY($12::text[]) THEN now() END
  FROM cell, wanted
  WHERE c.id = wanted.id AND c.state = cell.before AND (wanted.expected IS NULL OR c.generation = wanted.expected)
  RETURNING c.*
),
said AS (
  INSERT INTO event (code, actor, store_id, device_id, params)
  SELECT 'commandEnded', $13, d.store_id, d.id,
    jsonb_strip_nulls(jsonb_build_object('kind', moved.kind, 'state', moved.state, 'cashId', d.cash_id, 'by', moved.requested_by,
      'body', CASE WHEN moved.kind <> 'message' THEN moved.body END)) || jsonb_build_object('reason', moved.reason)
  FROM moved JOIN device d ON d.id = moved.device_id
  WHERE moved.finished_at IS NOT NULL AND moved.kind <> 'look'
  -- As at the end of a rollout's download: the sentence that operators know.
  UNION ALL SELECT 'downloadFinished', $13, d.store_id, d.id,
    jsonb_build_object('version', moved.params->'version', 'cashId', d.cash_id)
  FROM moved JOIN device d ON d.id = moved.device_id WHERE moved.kind = 'downloadStart' AND moved.state = 'done'
)
SELECT id, generation, state FROM moved`

/** Moves many at once; those come back that were where the event may happen. */
export async function moveCommands(
  on: Executor,
  moves: readonly ErrandMove[],
  event: CommandEvent,
  options: ErrandMoveOptions,
): Promise<{ id: string; generation: number; state: CommandState }[]> {
  if (moves.length === 0) return []
  const { rows } = await on.query<{ id: string; generation: number; state: CommandState }>(MOVE, [
    ...moveValues(commandStates, moves, event, options),
    ended,
    options.actor,
  ])
  return rows
}
