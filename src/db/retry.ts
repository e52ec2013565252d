/** Who would be retried, who not and why: a list that is kept as it was shown, so that the retry does just that. */
import { createHash, randomUUID } from 'node:crypto'
import type { RolloutKind } from '../rollout/due.ts'
import { retryOf } from '../rollout/reasons.ts'
import type { RetryRefusal } from './board.ts'
import type { Database, Executor } from './database.ts'
import { OWNED } from './owned.ts'

export interface RetryLine {
  readonly id: string
  readonly cashId: string
  readonly store: string
  readonly state: string
  readonly reason: string | null
}

export interface RetryPreview {
  readonly rolloutId: string
  readonly states: readonly string[]
  /** Only what stands so for one of these; left out: whatever the reason. */
  readonly reasons?: readonly string[]
  /** Only these devices; left out: all. */
  readonly cashIds?: readonly string[]
  readonly retries: readonly RetryLine[]
  readonly refused: readonly (RetryLine & { readonly why: RetryRefusal })[]
  /** SHA-256 over all of the above. */
  readonly hash: string
}

const ROWS = `
SELECT u.id, d.cash_id AS "cashId", s.code AS store, u.state, u.reason, r.kind,
  (d.removed_at IS NOT NULL) AS "isRemoved",
  ${OWNED} AS owned
FROM device_update u JOIN rollout r ON r.id = u.rollout_id JOIN device d ON d.id = u.device_id JOIN store s ON s.id = u.store_id
WHERE u.rollout_id = $1 AND u.state = ANY($2::text[]) AND ($3::text[] IS NULL OR u.reason = ANY($3))
  AND ($4::text[] IS NULL OR d.cash_id = ANY($4)) ORDER BY s.code, d.cash_id`

type Row = RetryLine & { readonly owned: boolean; readonly isRemoved: boolean; readonly kind: RolloutKind }

function whyNot({ state, reason, owned, isRemoved, kind }: Row): RetryRefusal | undefined {
  if (isRemoved || retryOf(kind, state, reason) === undefined) return 'notRetryable'
  return owned ? 'ownedByRollout' : undefined
}

/** As of now; nothing is kept. */
export async function previewRetry(
  on: Executor,
  rolloutId: string,
  states: readonly string[],
  reasons?: readonly string[],
  cashIds?: readonly string[],
): Promise<RetryPreview> {
  const { rows } = await on.query<Row>(ROWS, [rolloutId, states, reasons ?? null, cashIds ?? null])
  const retries: RetryLine[] = []
  const refused: (RetryLine & { why: RetryRefusal })[] = []
  for (const row of rows) {
    const { owned: _owned, isRemoved: _removed, kind: _kind, ...line } = row
    const why = whyNot(row)
    if (why === undefined) retries.push(line)
    else refused.push({ ...line, why })
  }
  const preview = {
    rolloutId,
    states,
    ...(reasons && { reasons }),
    ...(cashIds && { cashIds }),
    retries,
    refused,
  }
  return { ...preview, hash: createHash('sha256').update(JSON.stringify(preview)).digest('hex') }
}

const KIND = 'retryPreview'

/** Frozen under an id. */
export async function keepPreview(db: Database, preview: RetryPreview, actor: string): Promise<string> {
  const id = randomUUID()
  const body = JSON.parse(JSON.stringify(preview)) as object
  await db.prisma.report.create({
    data: { id, kind: KIND, rolloutId: preview.rolloutId, body, madeBy: actor },
  })
  return id
}

/** Undefined: there is none of this rollout with that id. */
export async function findPreview(
  db: Database,
  rolloutId: string,
  id: string,
): Promise<RetryPreview | undefined> {
  const row = await db.prisma.report.findUnique({ where: { id } })
  if (row === null || row.kind !== KIND || row.rolloutId !== rolloutId) return undefined
  return row.body as unknown as RetryPreview
}

/** Which of the previewed updates are not as they were shown: those are left alone. */
export async function changedSince(on: Executor, preview: RetryPreview): Promise<Set<string>> {
  const { rows } = await on.query<{ id: string; state: string; reason: string | null }>(
    'SELECT id, state, reason FROM device_update WHERE id = ANY($1::uuid[])',
    [preview.retries.map((one) => one.id)],
  )
  const now = new Map(rows.map((row) => [row.id, row]))
  const changed = preview.retries.filter(({ id, state, reason }) => {
    const row = now.get(id)
    return row === undefined || row.state !== state || row.reason !== reason
  })
  return new Set(changed.map((one) => one.id))
}
