/** Every device of the chain with the update that is in view, for the board and for what changes on it. */
import type { BoardReach } from '../rollout/page/mark.ts'
import type { DeviceUpdateState } from '../rollout/states.ts'
import { newValues, type SqlCondition } from './condition.ts'
import type { Executor } from './database.ts'
import { ownRollout } from './own.ts'
import { LIVE } from './state-lists.ts'

export interface BoardView {
  /** Groups of stores that may be seen; null: all. */
  readonly groups: readonly string[] | null
  /** The devices of this rollout, as they stand in it; left out: all, each with its newest update in view. */
  readonly rolloutId?: string | undefined
}

export interface BoardCellRow {
  readonly storeId: string
  readonly store: string
  readonly cashId: string
  readonly number: number
  readonly kind: string
  readonly state: DeviceUpdateState | null
  readonly reason: string | null
  readonly rolloutId: string | null
  readonly rolloutKind: 'update' | 'rollback' | null
  readonly wave: number | null
  /** As it last said in full. */
  readonly version: number | null
  readonly reach: BoardReach
  /** Why the last asking gave nothing. */
  readonly unreachableReason: string | null
  /** Seconds since it said something; null: it never did. */
  readonly ageSeconds: number | null
  /** Of its update, milliseconds since 1970; null: it is not over. */
  readonly finishedAt: number | null
  /** When its installation has taken what it was planned with; null: none was claimed. */
  readonly overdueAt: number | null
}

/** What ended longer ago says nothing of this night; what is broken stays until another update ends otherwise. */
const VIEW_HOURS = 24
/** A reading older than this proves nothing any more. */
const PROOF_HOURS = 12

/** Whom a plan left out as not meant, or as another rollout's, it has nothing to say of. */
const MEANT = `NOT (o.state = 'skipped' AND o.reason IN ('wrongKind', 'ownedByRollout'))`

/** An installation takes what it was planned with; then its way back has what is left. */
const OVERDUE = `o.latest_start + make_interval(secs => coalesce((r.need->>'installSeconds')::float8, 0)
  + coalesce((r.need->>'confirmSeconds')::float8, 0)) AS overdue_at`
const UPDATE = `o.state, o.reason, o.wave, o.rollout_id, o.finished_at, ${OVERDUE}, r.kind`
const READ = ['state', 'reason', 'wave', 'rollout_id', 'finished_at', 'latest_start']
const read = (row: string): string => READ.map((column) => `${row}.${column}`).join(', ')
/**
 * The live one, or the newest: chosen before its rollout is looked up, so that this is done once for each device. There is
 * one live one at most (device_update_one_live), so they are read all at once; of the rest only the end of the index is:
 * however many nights a device has behind it.
 */
const NEWEST = `LEFT JOIN device_update live ON live.device_id = d.id AND live.state ${LIVE}
  LEFT JOIN LATERAL (SELECT ${UPDATE} FROM (SELECT ${read('live')} WHERE live.id IS NOT NULL UNION ALL (
    SELECT ${read('o')} FROM device_update o WHERE live.id IS NULL AND o.device_id = d.id AND ${MEANT}
    ORDER BY o.created_at DESC LIMIT 1)) o JOIN rollout r ON r.id = o.rollout_id
  WHERE o.state = 'broken' OR r.finished_at IS NULL OR r.finished_at > now() - interval '${VIEW_HOURS} hours') u ON true`

const reach = `CASE WHEN st.device_id IS NULL THEN 'never' WHEN st.reason IS NOT NULL THEN 'silent'
  WHEN st.status->>'health' = 'unhealthy' AND st.read_at > now() - interval '${PROOF_HOURS} hours'
    AND st.read_at >= coalesce(u.finished_at, '-infinity') THEN 'unwell' ELSE 'answers' END`

/** @param id SQL of the rollout's id */
const ofRollout = (id: string): string =>
  `JOIN LATERAL (SELECT ${UPDATE} FROM device_update o JOIN rollout r ON r.id = o.rollout_id
    WHERE o.rollout_id = ${id}::uuid AND o.device_id = d.id AND ${MEANT}) u ON true`

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`

const PRESENT = `d.removed_at IS NULL AND s.removed_at IS NULL AND d.kind <> 'priceChecker'`

export interface CellsAsked extends BoardView {
  /** Further joins and a condition, with the device as `d`, its store as `s` and its status as `st`. */
  readonly joins?: readonly string[]
  readonly where?: SqlCondition
  /** Only these. */
  readonly deviceIds?: readonly string[]
}

/** One statement, in the order of stores and of the tills in them. */
export async function readBoardCells(on: Executor, asked: CellsAsked): Promise<BoardCellRow[]> {
  const { values, push } = newValues([asked.groups])
  const { rolloutId, deviceIds, joins = [], where } = asked
  const update = rolloutId === undefined ? NEWEST : ofRollout(push(rolloutId))
  const conditions = [
    '($1::text[] IS NULL OR s.group_name = ANY($1::text[]))',
    PRESENT,
    ...(deviceIds === undefined ? [] : [`d.id = ANY(${push(deviceIds)}::uuid[])`]),
    ...(where === undefined ? [] : [where(push)]),
  ]
  const { rows } = await on.query<BoardCellRow>(
    `SELECT d.store_id AS "storeId", s.code AS store, d.cash_id AS "cashId", d.number, d.kind, u.state, u.reason,
       u.rollout_id AS "rolloutId", u.kind AS "rolloutKind", u.wave, st.version, ${reach} AS reach, st.reason AS "unreachableReason",
       greatest(0, round(extract(epoch FROM now() - st.read_at)))::int AS "ageSeconds",
       ${ms('u.finished_at')} AS "finishedAt", ${ms('u.overdue_at')} AS "overdueAt"
     FROM device d JOIN store s ON s.id = d.store_id LEFT JOIN device_status st ON st.device_id = d.id
     ${joins.join(' ')} ${update}
     WHERE ${conditions.join(' AND ')} ORDER BY s.code, d.kind <> 'storeServer', d.number, d.cash_id`,
    values,
  )
  return rows
}

/** Whether there is such a rollout, and one store of theirs in it. */
export async function isRolloutSeen(
  on: Executor,
  id: string,
  groups: readonly string[] | null,
): Promise<boolean> {
  const { rowCount } = await on.query(
    `SELECT 1 FROM rollout r WHERE r.id = $2::uuid AND ($1::text[] IS NULL OR ${ownRollout('r.id')})`,
    [groups, id],
  )
  return (rowCount ?? 0) > 0
}
