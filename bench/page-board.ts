// The chain board with 10,000 tills of 1,000 stores in a real browser before a real API: bytes of its data and of its
// scripts, milliseconds to the first painted cells, the longest task while 500 tills change every second, and from a
// commit in the database to the changed cell. Database, API, writer and browser share the machine's cores.
// Prints one JSON object. Run: node --import tsx bench/page-board.ts [--shots FOLDER]
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { hashGood } from '../src/api/sign-in.ts'
import { openDatabase } from '../src/db/database.ts'
import { saveStatus } from '../src/db/status.ts'
import { moveUpdate } from '../src/db/transition.ts'
import { createUser } from '../src/db/users.ts'
import { findProgram } from '../test/support/needs.ts'
import { openChain, percentile, STORES, TILLS } from './chain.ts'

const CHANGES_PER_SECOND = 500
const SLICE_MS = 50
const SECONDS = 10
const LOADS = 5
const MAX_IN_HAND = 200
const ROOT = path.resolve(import.meta.dirname, '..')
const PASSWORD = 'correct horse battery'
const { values: options } = parseArgs({ options: { shots: { type: 'string' } } })

await promisify(execFile)(process.execPath, [path.join(ROOT, 'scripts/web.mjs')], { cwd: ROOT })
const executablePath = findProgram('chromium')
if (executablePath === undefined) throw new Error('chromium is not installed')
const loadBefore = Math.round((loadavg()[0] ?? 0) * 10) / 10
const chain = await openChain()
// Workers have connections of their own.
const db = openDatabase(chain.db.url)
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })

/** As page-watch.js keeps it. */
interface Seen {
  readonly firstCells: number
  readonly tasks: readonly number[]
  readonly changes: readonly (readonly [cashId: string, at: number])[]
}

async function signedIn(): Promise<BrowserContext> {
  const passwordHash = await hashGood(PASSWORD, 'operator')
  const account = {
    login: 'operator',
    name: 'bench',
    role: 'admin',
    storeGroups: [],
    createdBy: 'bench',
  } as const
  await createUser(db, { ...account, passwordHash })
  const viewport = { width: 1440, height: 900 }
  const context = await browser.newContext({ viewport, locale: 'ru', timezoneId: 'Europe/Moscow' })
  const reply = await context.request.post(`${chain.url}/api/v1/session`, {
    data: { login: 'operator', password: PASSWORD },
    headers: { Origin: chain.url, 'Sec-Fetch-Site': 'same-origin' },
  })
  if (!reply.ok()) throw new Error(await reply.text())
  return context
}

const context = await signedIn()
async function openBoard(query = ''): Promise<Page> {
  const page = await context.newPage()
  await page.addInitScript({ path: path.join(import.meta.dirname, 'page-watch.js') })
  await page.goto(`${chain.url}/chain${query}`)
  await page.waitForFunction(() => (globalThis as unknown as { seen: Seen }).seen.firstCells !== null)
  return page
}
const seenIn = (page: Page): Promise<Seen> => page.evaluate<Seen>('window.seen')

/** Packed as they lie there, of what the browser had fetched when the board was there. */
async function scriptBytes(page: Page): Promise<{ all: number; first: number }> {
  const urls = await page.evaluate<string[]>(
    `performance.getEntriesByType('resource').filter((one) => one.startTime < window.seen.firstCells).map((one) => one.name)`,
  )
  const names = [...new Set(urls.map((url) => path.basename(new URL(url).pathname)))]
  const scripts = (await readdir(path.join(ROOT, 'dist/web/assets'))).filter(
    (name) => name.endsWith('.js') && names.includes(name),
  )
  const index = await readFile(path.join(ROOT, 'dist/web/index.html'), 'utf8')
  const sum = { all: 0, first: 0 }
  for (const name of scripts) {
    const bytes = gzipSync(await readFile(path.join(ROOT, 'dist/web/assets', name)), { level: 9 }).length
    sum.all += bytes
    if (index.includes(name)) sum.first += bytes
  }
  return sum
}

const { rows: tills } = await db.pool.query<{ id: string; cashId: string; updateId: string; state: string }>(
  `SELECT d.id, d.cash_id AS "cashId", u.id AS "updateId", u.state FROM device d
   JOIN device_update u ON u.device_id = d.id JOIN rollout r ON r.id = u.rollout_id AND r.state = 'running'`,
)
const waiting = tills.filter(({ state }) => state === 'waiting')
/** When each till was last committed, milliseconds since 1970, and not yet seen. */
const committed = new Map<string, number[]>()
const now = () => performance.timeOrigin + performance.now()

let turn = 0
/** Half of them a status that no event tells of, half a step of an update: that is what looks otherwise. */
async function change(): Promise<void> {
  turn += 1
  if (turn % 2 === 0) {
    const till = tills[(turn * 7) % tills.length]
    if (till === undefined) return
    const status = { health: 'healthy', activity: 'idle', turn, text: 'x'.repeat(1500) }
    return void (await saveStatus(db, till.id, { source: 'look', version: 95_000, status }))
  }
  const till = waiting[(turn >> 1) % waiting.length]
  if (till === undefined) return
  const round = Math.floor((turn >> 1) / waiting.length)
  const claim = { claim: { generation: round / 2 + 1, leaseSeconds: 600 } }
  await moveUpdate(db.pool, till.updateId, round % 2 === 0 ? 'claimDownload' : 'deferred', {
    actor: 'bench',
    ...(round % 2 === 0 ? claim : {}),
  })
  db.poke()
  committed.set(till.cashId, [...(committed.get(till.cashId) ?? []), now()])
}

async function work(seconds: number): Promise<number> {
  const began = performance.now()
  let started = 0
  const running: Promise<void>[] = []
  while (performance.now() - began < seconds * 1000) {
    const due = Math.floor(((performance.now() - began) / 1000) * CHANGES_PER_SECOND)
    // A machine that cannot keep up is told by fewer changes, not by a queue without end.
    for (; started < due && inHand < MAX_IN_HAND; started += 1) running.push(handled())
    await new Promise((resolve) => setTimeout(resolve, SLICE_MS))
  }
  await Promise.all(running)
  return Math.round(started / ((performance.now() - began) / 1000))
}

let inHand = 0
async function handled(): Promise<void> {
  inHand += 1
  await change().finally(() => {
    inHand -= 1
  })
}

/** From a commit to the next change of its cell in the page. */
function latencies(changes: Seen['changes']): number[] {
  return changes.flatMap(([cashId, at]) => {
    const before = (committed.get(cashId) ?? []).filter((time) => time <= at)
    return before.length === 0 ? [] : at - Math.max(...before)
  })
}

async function board(): Promise<number> {
  const reply = await fetch(`${chain.url}/api/v1/board`, {
    headers: { Authorization: `Bearer ${chain.token}` },
  })
  return gzipSync(Buffer.from(await reply.arrayBuffer())).length
}

const firstPaints: number[] = []
for (let i = 0; i < LOADS; i += 1) {
  const page = await openBoard()
  firstPaints.push((await seenIn(page)).firstCells)
  await page.close()
}

const page = await openBoard()
/** Where the last of them went: milliseconds since the navigation. */
const [asked, began, read] = await page.evaluate<[number, number, number]>(
  `(() => { const one = performance.getEntriesByType('resource').find(({ name }) => /v1\\/board/.test(name))
    return [one.requestStart, one.responseStart, one.responseEnd].map(Math.round) })()`,
)
const lastPaint = Math.round((await seenIn(page)).firstCells)
const scripts = await scriptBytes(page)
await page.waitForTimeout(1500)
const cells = await page.locator('[role="gridcell"]').count()
await page.evaluate('window.seen.tasks.length = 0; window.seen.changes.length = 0')
const changesPerSecond = await work(SECONDS)
await page.waitForTimeout(1500)
const { tasks, changes } = await seenIn(page)
const times = latencies(changes)

if (options.shots !== undefined) await shoot(page, options.shots)

/** To look at. */
async function shoot(shown: Page, folder: string): Promise<void> {
  await shown.screenshot({ path: path.join(folder, 'bench-light.png') })
  await shown.emulateMedia({ colorScheme: 'dark' })
  await shown.screenshot({ path: path.join(folder, 'bench-dark.png') })
  await shown.goto(`${chain.url}/chain?by=wave&view=large`)
  await shown.waitForSelector('[role="gridcell"]')
  await shown.screenshot({ path: path.join(folder, 'bench-wave-large.png') })
}

console.log(
  JSON.stringify({
    bench: 'page-board',
    stores: STORES,
    tills: STORES * TILLS,
    dataGzipBytes: await board(),
    // A navigation of a browser that has the scripts already, but for the first of them.
    firstPaintMs: percentile(firstPaints, 0.5),
    firstPaintsMs: firstPaints.map(Math.round),
    lastPaint: { boardAskedMs: asked, answerBeganMs: began, answerReadMs: read, paintedMs: lastPaint },
    cellsInDocument: cells,
    seconds: SECONDS,
    // What else the machine did meanwhile: of two cores, two is busy.
    loadBefore,
    changesPerSecond,
    longestTaskMs: Math.round(Math.max(0, ...tasks)),
    tasksOver50Ms: tasks.length,
    cellsChanged: times.length,
    eventToCellP50Ms: percentile(times, 0.5),
    eventToCellP95Ms: percentile(times, 0.95),
    eventToCellMaxMs: percentile(times, 1),
    initialScriptGzipBytes: scripts.first,
    scriptGzipBytesUntilBoard: scripts.all,
  }),
)
await browser.close()
await db.close()
await chain.close()
