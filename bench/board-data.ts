// The chain board and its headline over 1,000 stores and 10,000 tills: bytes as they are and packed, milliseconds at the API,
// and those of the board's statement in the database. Prints one JSON object. Run: node --import tsx bench/board-data.ts
import { gzipSync } from 'node:zlib'
import type pg from 'pg'
import { readBoardCells } from '../src/db/board-cells.ts'
import { openChain, percentile, STORES, TILLS } from './chain.ts'

const RUNS = 9
const chain = await openChain()
const { rows } = await chain.db.pool.query<{ id: string }>("SELECT id FROM rollout WHERE state = 'running'")
const rollout = rows[0]?.id ?? ''

async function measure(where: string) {
  const times: number[] = []
  let text = ''
  for (let run = 0; run < RUNS; run += 1) {
    const began = performance.now()
    const reply = await chain.get(where)
    text = await reply.text()
    times.push(performance.now() - began)
    if (!reply.ok) throw new Error(text)
  }
  return { bytes: Buffer.byteLength(text), gzipBytes: gzipSync(text).length, ms: percentile(times, 0.5) }
}

/** As the database says it took, planned and run. */
async function explained(rolloutId?: string): Promise<number> {
  const times: number[] = []
  const query = async (sql: string, values: unknown[]) => {
    const found = await chain.db.pool.query(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`, values)
    const [plan] = found.rows[0]['QUERY PLAN']
    times.push(plan['Planning Time'] + plan['Execution Time'])
    return { rows: [] }
  }
  const on = { query } as unknown as pg.Pool
  for (let run = 0; run < RUNS; run += 1) await readBoardCells(on, { groups: null, rolloutId })
  return percentile(times, 0.5)
}

console.log(
  JSON.stringify({
    bench: 'board-data',
    stores: STORES,
    tills: STORES * TILLS,
    board: await measure('/board'),
    boardOfRollout: await measure(`/board?rollout=${rollout}`),
    boardFiltered: await measure('/board?filter=state:broken'),
    outlook: await measure('/outlook'),
    cellsSqlMs: await explained(),
    cellsOfRolloutSqlMs: await explained(rollout),
  }),
)
await chain.close()
