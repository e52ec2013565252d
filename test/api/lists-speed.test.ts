/** A page of every list over 1,000 stores and 10,000 devices: what the database needs for it, by its own EXPLAIN. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readList } from '../../src/api/list.ts'
import type { ListSpec } from '../../src/api/list-spec.ts'
import { deviceList } from '../../src/api/lists/devices.ts'
import { eventList } from '../../src/api/lists/events.ts'
import { historyList } from '../../src/api/lists/history.ts'
import { storePackageList } from '../../src/api/lists/packages.ts'
import { rolloutList, rolloutUpdateList, updateList } from '../../src/api/lists/rollouts.ts'
import { groupList, labelList, storeList } from '../../src/api/lists/stores.ts'
import type { Database } from '../../src/db/database.ts'
import { type HeadOffice, openHeadOffice } from './head-office.ts'

let office: HeadOffice
const ROLLOUTS = 5

beforeAll(async () => {
  office = await openHeadOffice()
  const { pool } = office.db
  await pool.query(
    `INSERT INTO store (id, code, name, time_zone, host, "user", package_folder, package_url, group_name, labels)
     SELECT gen_random_uuid(), lpad(n::text, 4, '0'), 'Store ' || n, 'Europe/Moscow', 'h', 'u', '/p', 'http://h/p', 'g' || n % 20, ARRAY['l' || n % 7]
     FROM generate_series(1, 1000) n`,
  )
  await pool.query(
    `INSERT INTO device (id, store_id, kind, cash_id, number, name, host)
     SELECT gen_random_uuid(), s.id, 'till', s.code || lpad(n::text, 2, '0'), n, 'Till ' || n, 'h' FROM store s, generate_series(1, 10) n`,
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
}, 120_000)
afterAll(() => office.close())

/** Runs the list for real, and its statement once more under EXPLAIN; returns the database's milliseconds. */
async function explained(spec: ListSpec, query: object, groups: readonly string[] | null): Promise<number> {
  const found: number[] = []
  const explain = async (sql: string, values: unknown[]) => {
    if (/^(BEGIN|COMMIT|ROLLBACK)/.test(sql)) return undefined
    const times: number[] = []
    for (let run = 0; run < 5; run += 1) {
      const { rows } = await office.db.pool.query(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`, values)
      const [plan] = rows[0]['QUERY PLAN']
      times.push(plan['Execution Time'] + plan['Planning Time'])
    }
    found.push(Math.min(...times))
    return office.db.pool.query(sql, values)
  }
  const pool = { query: explain, connect: async () => ({ query: explain, release: () => {} }) }
  const page = await readList({ pool } as unknown as Database, spec, {
    query: { limit: 100, ...query },
    groups,
  })
  expect(page.rows.length).toBeGreaterThan(0)
  return Math.max(...found)
}

test.each([
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
] as const)('%s', async (name, spec, query) => {
  const all = await explained(spec, query, null)
  const some = await explained(
    spec,
    query,
    ['g1', 'g2'].concat(Array.from({ length: 18 }, (_, n) => `g${n}`)),
  )
  process.stdout.write(`  ${name}: ${all.toFixed(1)} ms, of some groups ${some.toFixed(1)} ms\n`)
  // Told, not judged: the machine is shared.
  expect([all, some].every((ms) => ms > 0)).toBe(true)
})
