// One tick of the conductor over a chain of 1,000 stores × 10 tills, 10,000 live rows: while nothing is there yet, with
// room for 64 claims, while everything waits for its window, and inside the window with every worker busy.
// Prints one JSON object. Run: node --import tsx bench/conductor-tick.ts
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type pg from 'pg'
import { createTick } from '../src/conductor/tick.ts'
import { startRollout } from '../src/db/approval.ts'
import { openDatabase } from '../src/db/database.ts'
import { startEmbedded } from '../src/db/embedded.ts'
import { importFleet } from '../src/db/fleet.ts'
import { tryToLead } from '../src/db/leader.ts'
import { reportWorker } from '../src/db/leases.ts'
import { migrate } from '../src/db/migrate.ts'
import { addPackage } from '../src/db/packages.ts'
import { createRollout } from '../src/db/rollouts.ts'
import { defaultPolicy } from '../src/rollout/policy.ts'
import { weekdays } from '../src/rollout/time/calendar.ts'

const STORES = 1000
const TILLS = 10
const CAPACITY = 64

const folder = await mkdtemp(path.join(tmpdir(), 'nightshift-bench-'))
const database = await startEmbedded({ folder })
await migrate(database.url)
const db = openDatabase(database.url)

const device = (store: number, till: number) => ({
  kind: 'till',
  cashId: String(50_000_000 + store * 100 + till),
  number: till + 1,
  name: `Терминал №${till + 1}`,
  host: '127.0.0.1',
  port: 22,
  user: 'nightshift',
  credential: 'default',
  hostKeys: [],
  agent: 'nightctl',
  blocked: false,
})
const everyDay = [{ days: weekdays, from: '00:00', to: '24:00' }]
const stores = Array.from({ length: STORES }, (_, store) => ({
  code: `M${store}`,
  name: `M${store}`,
  timeZone: 'Europe/Moscow',
  phone: null,
  host: '127.0.0.1',
  port: 22,
  user: 'nightshift',
  credential: 'default',
  hostKeys: [],
  packageFolder: '/srv/packages',
  packageUrl: 'http://127.0.0.1/packages',
  maxDownloads: 4,
  maxInstalls: 1,
  calendar: { windows: everyDay, opening: [], exceptions: [] },
  devices: Array.from({ length: TILLS }, (_, till) => device(store, till)),
}))

const time = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now()
  await work()
  return Math.round((performance.now() - began) * 10) / 10
}
const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const importMs = await time(() => importFleet(db, { stores }, 'bench'))
const target = await addPackage(
  db,
  { kind: 'till', version: 96_000, fileName: 'bench.tgz', size: 1, sha256: '0'.repeat(64) },
  'bench',
)
if (target === undefined) throw new Error('no package')
let planned = ''
const planMs = await time(async () => {
  const made = await createRollout(db, {
    name: 'bench',
    kind: 'update',
    target,
    serverTarget: null,
    selection: {},
    waves: { template: 'canary' },
    policy: { ...defaultPolicy, gate: { ...defaultPolicy.gate, approval: true } },
    actor: 'bench',
  })
  if (!made.ok) throw new Error(JSON.stringify(made.problems))
  planned = made.row.id
})
const startMs = await time(async () => {
  const answer = await startRollout(db, planned, 'bench')
  if (!answer.ok) throw new Error(JSON.stringify(answer))
})
const leadership = await tryToLead(database.url)
if (leadership === undefined) throw new Error('somebody else leads')
const tick = createTick({ total: 100_000, leaseSeconds: 600 })

async function ticks(count: number, before?: (i: number) => Promise<unknown>): Promise<number> {
  const all: number[] = []
  for (let i = 1; i <= count; i += 1) {
    await before?.(i)
    all.push(await time(() => tick(leadership?.client as pg.Client)))
  }
  return median(all)
}

const firstTickMs = await ticks(1)
const noPackageMs = await ticks(9)
await db.pool.query(`UPDATE store_package SET state = 'present', present_at = now()`)
const claimsMs = await ticks(9, (i) => reportWorker(db, 'bench', CAPACITY * i))
// Everything fetched and verified; then the windows of all stores are shut, and then open, with nobody free.
await db.pool.query(`UPDATE device_update SET state = 'ready', lease_until = NULL, lease_owner = NULL`)
await reportWorker(db, 'bench', 0)
const setWindows = (from: string, to: string) => {
  const calendar = {
    timeZone: 'Europe/Moscow',
    windows: [{ days: weekdays, from, to }],
    opening: [],
    exceptions: [],
  }
  return db.pool.query(
    `WITH s AS (UPDATE store SET changed_at = clock_timestamp() RETURNING 1)
    UPDATE rollout_store SET calendar = $1`,
    [JSON.stringify(calendar)],
  )
}
const past = new Date(Date.now() + 15 * 3_600_000).getUTCHours()
const at = (minute: string): string => `${String(past).padStart(2, '0')}:${minute}`
await setWindows(at('00'), at('50'))
const shutFirstMs = await ticks(1)
const shutMs = await ticks(9)
await setWindows('00:00', '24:00')
await db.pool.query('UPDATE wave SET released_at = now(), sample_from = now()')
const openFirstMs = await ticks(1)
const openMs = await ticks(9)

console.log(
  JSON.stringify({
    bench: 'conductor-tick',
    stores: STORES,
    tills: STORES * TILLS,
    importMs,
    planMs,
    startMs,
    firstTickMs,
    noPackageTickMs: noPackageMs,
    claimsTickMs: claimsMs,
    claimsPerTick: CAPACITY,
    windowsShutFirstTickMs: shutFirstMs,
    windowsShutTickMs: shutMs,
    windowsOpenFirstTickMs: openFirstMs,
    windowsOpenBusyTickMs: openMs,
  }),
)
await leadership.resign()
await db.close()
await database.stop()
await rm(folder, { recursive: true, force: true })
