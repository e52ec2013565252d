// One tick of the conductor over a chain of 1,000 stores × 10 tills: at rest (nothing due) and with room for 64 claims.
// Prints one JSON object. Run: node --import tsx bench/conductor-tick.ts
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { tick } from '../src/conductor/tick.ts'
import { openDatabase } from '../src/db/database.ts'
import { startEmbedded } from '../src/db/embedded.ts'
import { importFleet } from '../src/db/fleet.ts'
import { tryToLead } from '../src/db/leader.ts'
import { reportWorker } from '../src/db/leases.ts'
import { migrate } from '../src/db/migrate.ts'
import { addPackage } from '../src/db/packages.ts'
import { createRollout, startRollout } from '../src/db/rollouts.ts'
import { defaultPolicy } from '../src/rollout/policy.ts'

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
const rollout = await createRollout(db, {
  name: 'bench',
  target,
  selection: {},
  policy: defaultPolicy,
  actor: 'bench',
})
const startMs = await time(() => startRollout(db, rollout.id, 'bench'))
const leadership = await tryToLead(database.url)
if (leadership === undefined) throw new Error('somebody else leads')
const limits = { total: 100_000, leaseSeconds: 600 }

const idle: number[] = []
for (let i = 0; i < 9; i += 1) idle.push(await time(() => tick(leadership.client, limits)))
await db.pool.query(`UPDATE store_package SET state = 'present', present_at = now()`)
const busy: number[] = []
for (let i = 1; i <= 9; i += 1) {
  await reportWorker(db, 'bench', CAPACITY * i)
  busy.push(await time(() => tick(leadership.client, limits)))
}

console.log(
  JSON.stringify({
    bench: 'conductor-tick',
    stores: STORES,
    tills: STORES * TILLS,
    importMs,
    startMs,
    idleTickMs: median(idle),
    tickWithClaimsMs: median(busy),
    claimsPerTick: CAPACITY,
  }),
)
await leadership.resign()
await db.close()
await database.stop()
await rm(folder, { recursive: true, force: true })
