// All pages of the head office come back at once, as after a restart of the API, with 15,000 events behind them: how long until
// each of them is live again (its replay, or the reset and then the board), and what a request of somebody else takes
// meanwhile. First all from one place, then each from a place of its own, among the oldest 3,000 transactions of the gap.
// API, database and pages share the machine's cores. Prints one JSON object. Run: node --import tsx bench/live-replay.ts
import { createToken } from '../src/db/tokens.ts'
import { openChain, percentile, STORES, TILLS } from './chain.ts'

const PAGES = 200
const PAGES_OF_ONE = 10
const EVENTS = 15_000
/** Of few enough that a replay is no reset. */
const DEVICES = 1500
const SPREAD = 3000
const RETRY_MS = 2000
/** Who is not live by then never is. */
const CEILING_MS = 90_000

const chain = await openChain()
const tokens = await Promise.all(
  Array.from({ length: PAGES / PAGES_OF_ONE }, (_, n) => createToken(chain.db, `page ${n}`)),
)

const place = async (): Promise<string> => {
  const { cursor } = (await (await chain.get('/board')).json()) as { cursor: string }
  return cursor
}

/** Each event in a transaction of its own. @returns the places before and after each of the first ones */
async function happen(): Promise<string[]> {
  await chain.db.pool.query(
    `CREATE PROCEDURE happen(many int) LANGUAGE plpgsql AS $$
     DECLARE devices uuid[] := ARRAY(SELECT id FROM device ORDER BY cash_id LIMIT ${DEVICES});
       stores uuid[] := ARRAY(SELECT store_id FROM device ORDER BY cash_id LIMIT ${DEVICES});
       rollout uuid := (SELECT id FROM rollout WHERE state = 'running');
     BEGIN FOR n IN 0..many - 1 LOOP
       INSERT INTO event (code, actor, rollout_id, store_id, device_id, params)
       VALUES ('updateMoved', 'bench', rollout, stores[1 + n % ${DEVICES}], devices[1 + n % ${DEVICES}],
         jsonb_build_object('from', 'waiting', 'to', 'downloading', 'generation', n));
       COMMIT; END LOOP; END $$`,
  )
  const client = await chain.db.pool.connect()
  await client.query('SET synchronous_commit = off')
  await client.query(`CALL happen(${EVENTS})`)
  client.release(true)
  const { rows } = await chain.db.pool.query<{ place: string }>(
    `SELECT xid || '-0' AS place FROM event WHERE actor = 'bench' ORDER BY id DESC LIMIT ${EVENTS}`,
  )
  return rows.map((row) => row.place).reverse()
}

interface Comeback {
  readonly ms: number
  readonly tries: number
  readonly isReset: boolean
  readonly bytes: number
}

/** Once, until its first message, and the board where that is a reset. Undefined: the stream was cut off. */
async function tryBack(
  after: string,
  token: string,
  ceiling: AbortSignal,
): Promise<Omit<Comeback, 'ms' | 'tries'> | undefined> {
  const abort = new AbortController()
  const headers = { Authorization: `Bearer ${token}` }
  const reply = await fetch(`${chain.url}/api/v1/live?after=${after}`, {
    headers: { ...headers, Accept: 'text/event-stream' },
    signal: AbortSignal.any([abort.signal, ceiling]),
  }).catch(() => undefined)
  if (reply === undefined) return undefined
  if (reply.status === 503) return undefined
  if (!reply.ok || reply.body === null) throw new Error(await reply.text())
  let text = ''
  try {
    for await (const part of reply.body.pipeThrough(new TextDecoderStream())) {
      text += part
      const at = text.indexOf('"from":')
      if (at === -1 || !text.slice(at).includes('\n\n')) continue
      const isReset = text.includes('"reset":true')
      if (isReset) await (await fetch(`${chain.url}/api/v1/board`, { headers })).arrayBuffer()
      return { isReset, bytes: text.length }
    }
  } catch {
    return undefined
  } finally {
    abort.abort()
  }
}

/** As a browser does: again two seconds after it was cut off. */
async function comeBack(after: string, token: string): Promise<Comeback | undefined> {
  const began = performance.now()
  const ceiling = AbortSignal.timeout(CEILING_MS)
  for (let tries = 1; !ceiling.aborted; tries += 1) {
    const back = await tryBack(after, token, ceiling)
    if (back !== undefined) return { ms: performance.now() - began, tries, ...back }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
  return undefined
}

async function askMeanwhile(until: AbortSignal): Promise<{ taken: number[]; refused: number }> {
  const taken: number[] = []
  let refused = 0
  while (!until.aborted) {
    const began = performance.now()
    const reply = await chain.get('/me')
    await reply.arrayBuffer()
    taken.push(performance.now() - began)
    if (!reply.ok) refused += 1
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return { taken, refused }
}

async function measure(name: string, places: readonly string[]) {
  const end = new AbortController()
  const asking = askMeanwhile(end.signal)
  const cpu = process.cpuUsage()
  const began = performance.now()
  const pages = places.map((after, n) => comeBack(after, tokens[n % tokens.length] ?? ''))
  const back = (await Promise.all(pages)).filter((page) => page !== undefined)
  const allMs = Math.round(performance.now() - began)
  const { user, system } = process.cpuUsage(cpu)
  end.abort()
  const { taken, refused } = await asking
  const times = back.map((one) => one.ms)
  return {
    places: name,
    allLiveMs: allMs,
    pageP50Ms: percentile(times, 0.5),
    processMs: Math.round((user + system) / 1000),
    meP50Ms: percentile(taken, 0.5),
    meP95Ms: percentile(taken, 0.95),
    meMaxMs: percentile(taken, 1),
    meRefused: refused,
    neverLive: places.length - back.length,
    cutOff: back.reduce((sum, { tries }) => sum + tries - 1, 0),
    resets: back.filter((one) => one.isReset).length,
    largestKilobytes: Math.round(Math.max(...back.map((one) => one.bytes)) / 1000),
  }
}

const before = await place()
const places = await happen()
const one = await measure(
  'one',
  Array.from({ length: 1 }, () => before),
)
const equal = await measure(
  'equal',
  Array.from({ length: PAGES }, () => before),
)
const step = SPREAD / PAGES
const spread = await measure(
  'spread',
  Array.from({ length: PAGES }, (_, n) => places[Math.floor(n * step)] ?? before),
)
const runs = [{ pages: 1, ...one }, ...[equal, spread].map((run) => ({ pages: PAGES, ...run }))]
console.log(JSON.stringify({ bench: 'live-replay', tills: STORES * TILLS, events: EVENTS, runs }))
await chain.close()
