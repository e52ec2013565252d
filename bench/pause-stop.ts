// Pause and stop in the middle of a rollout to 10,000 simulated devices over real SSH: seconds from the API call to the
// last step that newly began anywhere. Prints one JSON object. Run: node --import tsx bench/pause-stop.ts [DEVICES]
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { start } from '../src/cli/serve.ts'
import { loadConfig } from '../src/config.ts'
import { openDatabase } from '../src/db/database.ts'
import { importFleet } from '../src/db/fleet.ts'
import { createToken } from '../src/db/tokens.ts'
import { createLog } from '../src/log.ts'
import { startFleet } from '../src/sim/fleet.ts'
import { newKeyPair } from '../src/sim/keys.ts'

const DEVICES = Number(process.argv[2] ?? 10_000)
const STORES = Math.ceil(DEVICES / 20)
const UNDER_WAY = 600

const folder = await mkdtemp(path.join(tmpdir(), 'nightshift-bench-'))
const config = loadConfig({
  NIGHTSHIFT_DATA: folder,
  NIGHTSHIFT_PORT: '0',
  NIGHTSHIFT_LOG: 'error',
  NIGHTSHIFT_WORKER_CAPACITY: '64',
  NIGHTSHIFT_POLL_MS: '200',
})
const log = createLog(config.logLevel)
const { privateKey, publicLine } = newKeyPair()
await mkdir(config.keysFolder, { recursive: true })
await writeFile(path.join(config.keysFolder, 'default'), privateKey, { mode: 0o600 })
const fleet = await startFleet({
  dir: path.join(folder, 'fleet'),
  stores: STORES,
  tills: DEVICES,
  version: 95_000,
  clientKey: publicLine,
})
const office = await start(config, { api: true, conductor: true, worker: true }, log)
const db = openDatabase(office.databaseUrl)
const stores = fleet.inventory.stores.map((store) => ({ ...store, maxDownloads: 4, maxInstalls: 2 }))
await importFleet(db, { stores }, 'bench')

const headers = {
  authorization: `Bearer ${await createToken(db, 'bench')}`,
  'content-type': 'application/json',
}
async function post(route: string, body: unknown): Promise<{ id: string; planHash: string }> {
  const answer = await fetch(`${office.url}/api/v1${route}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${route}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as { id: string; planHash: string }
}

const bytes = randomBytes(20_000)
const sha256 = createHash('sha256').update(bytes).digest('hex')
const query = `kind=till&version=00096000&fileName=till.tgz&sha256=${sha256}`
const uploaded = await fetch(`${office.url}/api/v1/packages?${query}`, {
  method: 'POST',
  headers: { ...headers, 'content-type': 'application/octet-stream' },
  body: bytes,
})
const { id: packageId } = (await uploaded.json()) as { id: string }

const seconds = (ms: number): number => Math.round(ms) / 1000
const began = performance.now()
const rollout = await post('/rollouts', { name: 'bench', packageId, waves: { template: 'single' } })
const planSeconds = seconds(performance.now() - began)
await post(`/rollouts/${rollout.id}/start`, {})

const count = async (sql: string): Promise<number> =>
  Number((await db.pool.query<{ n: string }>(sql)).rows[0]?.n ?? 0)
const begunSteps = () => count(`SELECT count(*) AS n FROM step_run WHERE started_at IS NOT NULL`)

async function untilBegun(more: number): Promise<void> {
  const goal = (await begunSteps()) + more
  while ((await begunSteps()) < goal) await new Promise((resolve) => setTimeout(resolve, 200))
}

/** From the call until the last step that began after it; steps that look after a device in danger are no new work. */
async function measure(verb: 'pause' | 'stop') {
  await untilBegun(UNDER_WAY)
  const calledAt = Date.now()
  await post(`/rollouts/${rollout.id}/${verb}`, {})
  const answered = seconds(Date.now() - calledAt)
  await new Promise((resolve) => setTimeout(resolve, 6000))
  const last = await count(
    `SELECT coalesce(extract(epoch FROM max(started_at)) * 1000, 0) AS n FROM step_run
     WHERE step IN ('distribute', 'download', 'verify', 'activate', 'restart')`,
  )
  return { answered, lastNewStep: Math.max(0, seconds(last - calledAt)) }
}

const pause = await measure('pause')
await post(`/rollouts/${rollout.id}/resume`, {})
const stop = await measure('stop')
console.log(
  JSON.stringify({ bench: 'pause-stop', devices: DEVICES, stores: STORES, planSeconds, pause, stop }),
)
await db.close()
await office.stop()
await fleet.stop()
await rm(folder, { recursive: true, force: true })
