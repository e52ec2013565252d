// A page of every list over 1,000 stores and 10,000 devices: milliseconds of the database for its statement, planned and run,
// by its own EXPLAIN; of the whole chain, and for who sees some groups of stores. Prints one JSON object.
// Run: node --import tsx bench/lists.ts
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { readList } from '../src/api/list.ts'
import type { ListSpec } from '../src/api/list-spec.ts'
import { deviceList } from '../src/api/lists/devices.ts'
import { eventList } from '../src/api/lists/events.ts'
import { historyList } from '../src/api/lists/history.ts'
import { storePackageList } from '../src/api/lists/packages.ts'
import { rolloutList, rolloutUpdateList, updateList } from '../src/api/lists/rollouts.ts'
import { groupList, labelList, storeList } from '../src/api/lists/stores.ts'
import { type Database, openDatabase } from '../src/db/database.ts'
import { startEmbedded } from '../src/db/embedded.ts'
import { migrate } from '../src/db/migrate.ts'

const STORES = 1000
const TILLS = 10
const ROLLOUTS = 5
const RUNS = 5

const folder = await mkdtemp(path.join(tmpdir(), 'nightshift-bench-'))
const database = await startEmbedded({ folder })
await migrate(database.url)
const db = openDatabase(database.url)

async function seed({ pool }: Database): Promise<void> {
  await pool.query(
    `INSERT INTO store (id, code, name, time_zone, host, "user", package_folder, package_url, group_name, labels)
     SELECT gen_random_uuid(), lpad(n::text, 4, '0'), 'Store ' || n, 'Europe/Moscow', 'h', 'u', '/p', 'http://h/p', 'g' || n % 20, ARRAY['l' || n % 7]
     FROM generate_series(1, ${STORES}) n`,
  )
  await pool.query(
    `INSERT INTO device (id, store_id, kind, cash_id, number, name, host)
     SELECT gen_random_uuid(), s.id, 'till', s.code || lpad(n::text, 2, '0'), n, 'Till ' || n, 'h' FROM store s, generate_series(1, ${TILLS}) n`,
  )
  await pool.query(
    `INSERT INTO device_status (device_id, asked_at, read_at, source, version, status)
     SELECT id, now(), now(), 'look', 95000 + number, jsonb_build_object('activity', 'idle', 'shift', jsonb_build_object('open', number % 2 = 0),
       'text', repeat('x', 1500)) FROM device`,
  )
  await pool.query(
    `INSERT INTO package (id, kind, version, file_name, size, sha256) VALUES (gen_random_uuid(), 'till', 96000, 'x', 1, repeat('0', 64))`,
  )
  await pool.query(
    `INSERT INTO rollout (id, name, package_id, plan, plan_hash, policy, created_by, state, created_at)
     SELECT gen_random_uuid(), 'r' || n, p.id, '{"stores": []}', 'x', '{}', 'x', 'running', now() - make_interval(days => n)
     FROM package p, generate_series(1, ${ROLLOUTS}) n`,
  )
  await pool.query(
    `INSERT INTO device_update (id, rollout_id, device_id, store_id, package_id, state, to_version, created_at, finished_at)
     SELECT gen_random_uuid(), r.id, d.id, d.store_id, r.package_id, 'succeeded', 96000, r.created_at, now() FROM rollout r, device d`,
  )
  await pool.query(
    `INSERT INTO store_package (id, store_id, package_id) SELECT gen_random_uuid(), s.id, p.id FROM store s, package p`,
  )
  await pool.query(
    `INSERT INTO event (code, actor, store_id, device_id, rollout_id, update_id, params)
     SELECT 'updateMoved', 'w', u.store_id, u.device_id, u.rollout_id, u.id, '{"from": "ready"}' FROM device_update u`,
  )
  await pool.query(
    `INSERT INTO status_change (device_id, source, changed) SELECT d.id, 'look', '{shift}' FROM device d, generate_series(1, 10)`,
  )
  await pool.query('ANALYZE')
}

/** The list's statements, each asked for by EXPLAIN as well: the slowest one's best of some runs. */
async function explained(spec: ListSpec, query: object, groups: readonly string[] | null): Promise<number> {
  const found: number[] = []
  const explain = async (sql: string, values: unknown[]) => {
    if (/^(BEGIN|COMMIT|ROLLBACK)/.test(sql)) return undefined
    const times: number[] = []
    for (let run = 0; run < RUNS; run += 1) {
      const { rows } = await db.pool.query(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`, values)
      const [plan] = rows[0]['QUERY PLAN']
      times.push(plan['Execution Time'] + plan['Planning Time'])
    }
    found.push(Math.min(...times))
    return db.pool.query(sql, values)
  }
  const pool = { query: explain, connect: async () => ({ query: explain, release: () => {} }) }
  const asked = { query: { limit: 100, ...query }, groups }
  const page = await readList({ pool } as unknown as Database, spec, asked)
  if (page.rows.length === 0) throw new Error(`${spec.name}: an empty page says nothing`)
  return Math.round(Math.max(...found) * 10) / 10
}

const lists = [
  ['devices', deviceList, {}],
  ['devices by version', deviceList, { sort: '-version,store', limit: 1000 }],
  ['devices by free text', deviceList, { filter: 'till "store 9"' }],
  ['devices by their last update', deviceList, { filter: 'state:succeeded', sort: '-readAt' }],
  ['stores', storeList, {}],
  ['groups', groupList, {}],
  ['labels', labelList, {}],
  ['store packages', storePackageList, {}],
  ['rollouts', rolloutList, {}],
  ['updates', updateList, {}],
  ['updates of a store', updateList, { filter: 'store:0042' }],
  ['updates that failed or not', rolloutUpdateList, { filter: 'cashId:0042*' }],
  ['events', eventList, {}],
  ['events, the newest first', eventList, { sort: '-at' }],
  ['events of a device', eventList, { sort: '-at', filter: 'device:004201' }],
  ['events of a store', eventList, { sort: '-at', filter: 'store:0042' }],
  ['history', historyList, {}],
] as const

await seed(db)
const some = Array.from({ length: 18 }, (_, n) => `g${n}`)
const ms: Record<string, { all: number; someGroups: number }> = {}
for (const [name, spec, query] of lists)
  ms[name] = {
    all: await explained(spec, query, null),
    someGroups: await explained(spec, query, some),
  }
console.log(JSON.stringify({ bench: 'lists', stores: STORES, tills: STORES * TILLS, ms }))
await db.close()
await database.stop()
await rm(folder, { recursive: true, force: true })
