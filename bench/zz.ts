import { readBoardCells } from '../src/db/board-cells.ts'
import { LIVE } from '../src/db/state-lists.ts'
import { openChain } from './chain.ts'
const chain = await openChain()
let sql2 = ''
let vals: unknown[] = []
await readBoardCells({ query: async (s: string, v: unknown[]) => { sql2 = s; vals = v; return { rows: [] } } } as never, { groups: null })
const MEANT = `NOT (o.state = 'skipped' AND o.reason IN ('wrongKind', 'ownedByRollout'))`
const a = sql2.indexOf('LEFT JOIN LATERAL'), b = sql2.indexOf('u ON true')
const lateral = sql2.slice(a, b + 'u ON true'.length)
const cols = lateral.slice(lateral.indexOf('SELECT') + 6, lateral.indexOf('FROM ('))
const v1 = `LEFT JOIN LATERAL (SELECT ${cols}, r.finished_at AS over FROM device_update o JOIN rollout r ON r.id = o.rollout_id
    WHERE o.device_id = d.id AND ${MEANT} ORDER BY (o.state ${LIVE}) DESC, o.created_at DESC LIMIT 1) u
  ON u.state = 'broken' OR u.over IS NULL OR u.over > now() - interval '24 hours'`
const v3 = `LEFT JOIN LATERAL (SELECT ${cols} FROM (SELECT * FROM (
    (SELECT 1 AS rank, o.* FROM device_update o WHERE o.device_id = d.id AND o.state ${LIVE} LIMIT 1)
    UNION ALL (SELECT 2, o.* FROM device_update o WHERE o.device_id = d.id AND ${MEANT} ORDER BY o.created_at DESC LIMIT 1)) o ORDER BY rank LIMIT 1) o JOIN rollout r ON r.id = o.rollout_id
  WHERE o.state = 'broken' OR r.finished_at IS NULL OR r.finished_at > now() - interval '24 hours') u ON true`
const best: Record<string, number> = {}
for (let i = 0; i < 10; i += 1)
  for (const [name, one] of Object.entries({ v1, v2: lateral, v3 })) {
    const { rows } = await chain.db.pool.query(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql2.replace(lateral, one)}`, vals)
    const t = rows[0]['QUERY PLAN'][0]['Execution Time']
    best[name] = Math.min(best[name] ?? 1e9, t)
  }
console.log(best)
await chain.close()
