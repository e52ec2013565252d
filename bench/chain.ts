// A chain of 1,000 stores × 10 tills in a real database behind a real API, in the middle of a night; for the benches of the page.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startApi } from '../src/api/server.ts'
import { loadConfig } from '../src/config.ts'
import { type Database, openDatabase } from '../src/db/database.ts'
import { startEmbedded } from '../src/db/embedded.ts'
import { migrate } from '../src/db/migrate.ts'
import { createToken } from '../src/db/tokens.ts'
import { createQueueBackend } from '../src/jobs/backend.ts'
import { createLog } from '../src/log.ts'

export const STORES = 1000
export const TILLS = 10

export interface Chain {
  readonly db: Database
  readonly url: string
  readonly token: string
  get(path: string): Promise<Response>
  close(): Promise<void>
}

const ZONES = `ARRAY['Asia/Vladivostok', 'Asia/Yekaterinburg', 'Europe/Moscow', 'Europe/Kaliningrad']`
const HOURS = `jsonb_build_object('exceptions', '[]'::jsonb,
  'windows', jsonb_build_array(jsonb_build_object('days', days, 'from', '22:30', 'to', '06:00')),
  'opening', jsonb_build_array(jsonb_build_object('days', days, 'from', lpad((7 + n % 3)::text, 2, '0') || ':00', 'to', '22:00')))`
const WEEK = `'["mon","tue","wed","thu","fri","sat","sun"]'::jsonb`

/** Every state of a night is there, and a third is over. */
const STATES = `(ARRAY['succeeded', 'succeeded', 'succeeded', 'waiting', 'waiting', 'ready', 'downloading', 'restarting', 'failed', 'broken',
  'skipped', 'inDoubt', 'rolledBack'])[1 + abs(hashtext(d.cash_id)) % 13]`

async function seed({ pool }: Database): Promise<void> {
  await pool.query(
    `INSERT INTO store (id, code, name, time_zone, host, "user", package_folder, package_url, group_name, labels, calendar)
     SELECT gen_random_uuid(), 'M' || lpad(n::text, 4, '0'), 'Магазин № ' || n || ', улица Ленина, ' || n % 97, (${ZONES})[1 + n % 4], 'h', 'u', '/p', 'http://h/p',
       'group ' || n % 20, ARRAY['label ' || n % 7], ${HOURS}
     FROM generate_series(1, ${STORES}) n, (SELECT ${WEEK} AS days) week`,
  )
  await pool.query(
    `INSERT INTO device (id, store_id, kind, cash_id, number, name, host)
     SELECT gen_random_uuid(), s.id, CASE WHEN n > 8 THEN 'selfCheckout' ELSE 'till' END, (50000000 + substr(s.code, 2)::int * 1000 + n * 7)::text, n, 'Till ' || n, 'h'
     FROM store s, generate_series(1, ${TILLS}) n`,
  )
  await pool.query(
    `INSERT INTO device_status (device_id, asked_at, read_at, source, version, reason, status)
     SELECT id, now(), now() - make_interval(secs => abs(hashtext(cash_id)) % 20000), 'look', 95000 + abs(hashtext(cash_id)) % 3,
       CASE WHEN abs(hashtext(cash_id)) % 50 = 0 THEN 'tillOffline' END,
       jsonb_build_object('activity', 'idle', 'health', 'healthy', 'text', repeat('x', 1500)) FROM device`,
  )
  await pool.query(
    `INSERT INTO package (id, kind, version, file_name, size, sha256) VALUES (gen_random_uuid(), 'till', 96000, 'x', 1, repeat('0', 64))`,
  )
  await pool.query(
    `INSERT INTO rollout (id, name, package_id, plan, plan_hash, policy, created_by, state, created_at, started_at, finished_at)
     SELECT gen_random_uuid(), 'night ' || n, p.id, '{"stores": []}', 'x', '{"windows": null}', 'x', CASE n WHEN 1 THEN 'running' ELSE 'finished' END,
       now() - make_interval(days => n), now() - make_interval(hours => n * 3), CASE WHEN n > 1 THEN now() - make_interval(days => n) END
     FROM package p, generate_series(1, 5) n`,
  )
  await pool.query(
    `INSERT INTO device_update (id, rollout_id, device_id, store_id, package_id, wave, state, reason, to_version, created_at, lease_until, finished_at)
     SELECT gen_random_uuid(), r.id, d.id, d.store_id, r.package_id, 1 + d.number % 4, one.state, one.reason, 96000, r.created_at, CASE WHEN one.state IN ('downloading', 'restarting') THEN now() + interval '1 day' END,
       CASE WHEN one.state IN ('succeeded', 'failed', 'broken', 'skipped', 'rolledBack') THEN now() - make_interval(secs => abs(hashtext(d.cash_id)) % 9000) END
     FROM rollout r CROSS JOIN device d CROSS JOIN LATERAL (SELECT CASE r.state WHEN 'running' THEN ${STATES} ELSE 'succeeded' END AS state) s
     CROSS JOIN LATERAL (SELECT s.state, CASE s.state WHEN 'failed' THEN 'diskFull' WHEN 'broken' THEN 'healthFailed' WHEN 'skipped' THEN 'tillOffline'
       WHEN 'rolledBack' THEN 'healthFailed' WHEN 'ready' THEN 'shiftOpen' END AS reason) one`,
  )
  await pool.query('ANALYZE')
}

export async function openChain(): Promise<Chain> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nightshift-bench-'))
  const database = await startEmbedded({ folder })
  await migrate(database.url)
  const db = openDatabase(database.url)
  await seed(db)
  const log = createLog('silent')
  const queues = createQueueBackend({ databaseUrl: database.url, redisUrl: undefined, log })
  const config = loadConfig({
    ...{ NIGHTSHIFT_DATA: folder, NIGHTSHIFT_PORT: '0', NIGHTSHIFT_LOG: 'silent' },
    ...{ DATABASE_URL: database.url, NIGHTSHIFT_RATE_PER_MINUTE: '0' },
    // Every page of a bench comes from one machine.
    NIGHTSHIFT_CONNECTIONS_PER_ADDRESS: '1000',
  })
  const token = await createToken(db, 'bench')
  const api = await startApi({ db, queues, config, log })
  return {
    ...{ db, url: api.url, token },
    get: (where) => fetch(`${api.url}/api/v1${where}`, { headers: { Authorization: `Bearer ${token}` } }),
    close: async () => {
      await api.close()
      await queues.close()
      await db.close()
      await database.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Of sorted or unsorted milliseconds. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0) * 10) / 10
}
