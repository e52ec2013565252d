// From a commit in the database to the message at a page, while 500 of 10,000 tills change every second (half of them by a
// moved update with its event, half by a status that no event tells of), with one page open and with twenty. Writers, API
// and pages share one process and the machine's cores. Prints one JSON object. Run: node --import tsx bench/live.ts
import { openDatabase } from '../src/db/database.ts'
import { saveStatus } from '../src/db/status.ts'
import { moveUpdate } from '../src/db/transition.ts'
import { openChain, percentile, STORES, TILLS } from './chain.ts'

const CHANGES_PER_SECOND = 500
const SLICE_MS = 50
const SECONDS = 15

const chain = await openChain()
// Workers have connections of their own.
const db = openDatabase(chain.db.url)
const { rows: tills } = await db.pool.query<{ id: string; cashId: string; updateId: string; state: string }>(
  `SELECT d.id, d.cash_id AS "cashId", u.id AS "updateId", u.state FROM device d
   JOIN device_update u ON u.device_id = d.id JOIN rollout r ON r.id = u.rollout_id AND r.state = 'running'`,
)
const waiting = tills.filter(({ state }) => state === 'waiting')

interface Page {
  readonly latencies: number[]
  messages: number
  bytes: number
  largestBytes: number
  resets: number
  close(): void
}

/** When each till was last committed and not yet seen by a page. */
const committed = new Map<string, number>()

async function openPage(isMeasured: boolean): Promise<Page> {
  const abort = new AbortController()
  const reply = await fetch(`${chain.url}/api/v1/live`, {
    headers: { Authorization: `Bearer ${chain.token}`, Accept: 'text/event-stream' },
    signal: abort.signal,
  })
  if (!reply.ok || reply.body === null) throw new Error(await reply.text())
  const latencies: number[] = []
  const page = { latencies, messages: 0, bytes: 0, largestBytes: 0, resets: 0, close: () => abort.abort() }
  const take = (block: string): void => {
    const lines = block.split('\n')
    const data = lines.find((line) => line.startsWith('data: '))
    if (data === undefined || lines.includes('event: ping')) return
    page.messages += 1
    page.bytes += block.length
    page.largestBytes = Math.max(page.largestBytes, block.length)
    if (!isMeasured) return
    const now = performance.now()
    const message = JSON.parse(data.slice(6)) as { reset: boolean; cells: { cashId: string[] } }
    if (message.reset) page.resets += 1
    for (const cashId of message.cells.cashId) {
      const at = committed.get(cashId)
      if (at === undefined) continue
      latencies.push(now - at)
      committed.delete(cashId)
    }
  }
  const read = async () => {
    let rest = ''
    for await (const part of reply.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (rest + part).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) take(block)
    }
  }
  void read().catch(() => {})
  return page
}

let turn = 0
async function change(): Promise<void> {
  turn += 1
  if (turn % 2 === 0) {
    const till = tills[(turn * 7) % tills.length]
    if (till === undefined) return
    const status = { health: 'healthy', activity: 'idle', turn, text: 'x'.repeat(1500) }
    await saveStatus(db, till.id, { source: 'look', version: 95_000, status })
    committed.set(till.cashId, performance.now())
    return
  }
  const till = waiting[(turn >> 1) % waiting.length]
  if (till === undefined) return
  const round = Math.floor((turn >> 1) / waiting.length)
  const options = {
    actor: 'bench',
    ...(round % 2 === 0 ? { claim: { generation: round + 1, leaseSeconds: 600 } } : {}),
  }
  await moveUpdate(db.pool, till.updateId, round % 2 === 0 ? 'claimDownload' : 'deferred', options)
  db.poke()
  committed.set(till.cashId, performance.now())
}

/** @returns how many were changed a second */
async function work(seconds: number): Promise<number> {
  const began = performance.now()
  let started = 0
  const running: Promise<void>[] = []
  while (performance.now() - began < seconds * 1000) {
    const due = Math.floor(((performance.now() - began) / 1000) * CHANGES_PER_SECOND)
    for (; started < due; started += 1) running.push(change())
    await new Promise((resolve) => setTimeout(resolve, SLICE_MS))
  }
  await Promise.all(running)
  return Math.round(started / ((performance.now() - began) / 1000))
}

async function measure(count: number) {
  const pages = await Promise.all(Array.from({ length: count }, (_, i) => openPage(i === 0)))
  const [page] = pages
  if (page === undefined) throw new Error('no page')
  committed.clear()
  const changesPerSecond = await work(SECONDS)
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const unseen = committed.size
  for (const one of pages) one.close()
  return {
    pages: count,
    changesPerSecond,
    seen: page.latencies.length,
    unseen,
    p50Ms: percentile(page.latencies, 0.5),
    p95Ms: percentile(page.latencies, 0.95),
    maxMs: percentile(page.latencies, 1),
    messagesPerSecond: Math.round((page.messages / SECONDS) * 10) / 10,
    kilobytesPerSecond: Math.round(page.bytes / SECONDS / 1000),
    largestMessageKilobytes: Math.round(page.largestBytes / 1000),
    resets: page.resets,
  }
}

const one = await measure(1)
const twenty = await measure(20)
console.log(
  JSON.stringify({
    bench: 'live',
    stores: STORES,
    tills: STORES * TILLS,
    seconds: SECONDS,
    runs: [one, twenty],
  }),
)
await db.close()
await chain.close()
