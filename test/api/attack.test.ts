/** 10,000 malformed requests, made from what the API says of itself: refused as problems, telling nothing, changing nothing. */
import { Agent, request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { problems } from '../../src/api/problem.ts'
import { routes } from '../../src/api/routes.ts'
import { type Attack, attack, type Field } from './attack-requests.ts'
import { type Document, inlined, operationsOf } from './attack-schema.ts'
import { rollDice } from './attack-seed.ts'
import { type HeadOffice, openHeadOffice, uploadPackage } from './head-office.ts'
import { importTills, startRolloutTo } from './rows.ts'

const REQUESTS = 10_000
const AT_ONCE = 20
const seed = Number(process.env.NIGHTSHIFT_ATTACK_SEED ?? Date.now() % 1_000_000_007)

let office: HeadOffice
let field: Field
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })

beforeAll(async () => {
  office = await openHeadOffice()
  await importTills(office, 'S1', ['S1-1', 'S1-2'])
  await importTills(office, 'S2', ['S2-1'])
  const started = await startRolloutTo(office, 'S1')
  const packageId = await uploadPackage(office)
  const draft = await office.ask('POST', '/rollouts', {
    json: { name: 'draft', packageId, stores: ['S2'] },
  })
  const ids = [started.id, draft.json.id as string, packageId, ...Object.values(started.updates)]
  const names = { id: ids, code: ['S1', 'S2'], cashId: ['S1-1', 'S2-1'], number: ['1', '2', '999'] }
  const document = (await office.ask('GET', '/openapi.json', { token: null })).json as Document
  field = { operations: operationsOf(inlined(document), routes), names, token: office.token }
})
afterAll(async () => {
  agent.destroy()
  await office.close()
})

interface Answered {
  readonly status: number
  readonly type: string
  readonly text: string
}

const send = (one: Attack): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const { method, path, headers, body } = one
    const sent = request({ host: '127.0.0.1', port: office.port, agent, method, path, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, type: answer.headers['content-type'] ?? '', text }),
      )
      answer.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })

const quoted = (text: string): string => `$'${JSON.stringify(text).slice(1, -1).replaceAll("'", "\\'")}'`

/** For whoever wants to see it again. */
function curl({ method, path, headers, body }: Attack): string {
  const given = Object.entries(headers)
    .filter(([name]) => name !== 'authorization' && name !== 'content-length')
    .map(([name, value]) => `-H ${quoted(`${name}: ${value}`.slice(0, 300))}`)
  const data = body === undefined ? [] : [`--data-binary ${quoted(body.toString('latin1').slice(0, 2000))}`]
  const auth = headers.authorization === `Bearer ${office.token}` ? ['-H "Authorization: Bearer $TOKEN"'] : []
  return ['curl --path-as-is -g -X', method, ...auth, ...given, ...data, quoted(office.url + path)].join(' ')
}

/** Words of the machinery behind: none of them is anybody's business. What we sent is answered back and has none of them. */
const INSIDE =
  /\bat (?:\/|file:|async |new |Object\.)|node_modules|\.ts\b:?\d*|node:internal|prisma|postgres|\bpg_|relation \\?"|column \\?"|violates|invalid input syntax|syntax error at|SELECT |INSERT |UPDATE "|\/work\/|\/home\/|\/tmp\/|\/root\/|ECONN|ENOENT|TypeError|RangeError|SyntaxError|Unexpected token|device_update|idempotency_key|api_token|stack/i

function wrongWith({ status, type, text }: Answered): string | undefined {
  if (status < 400 || status >= 500) return `status ${status}`
  if (!type.startsWith('application/problem+json')) return `content type ${type}`
  const body = JSON.parse(text) as { code?: string; status?: number; requestId?: string }
  if (body.code === undefined || !Object.hasOwn(problems, body.code)) return `code ${body.code}`
  if (body.status !== status || typeof body.requestId !== 'string') return 'no whole problem'
  const inside = INSIDE.exec(text)
  return inside === null ? undefined : `it tells "${inside[0]}"`
}

/** What asking alone may write. */
const BOOKS = ['idempotency_key', 'sign_in_failure', 'oidc_request', '_nightshift_migrations']

/** Every table of ours, how many rows and a digest over all of them. */
async function contents(): Promise<Record<string, string>> {
  const { rows: tables } = await office.db.pool.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
  )
  const found: Record<string, string> = {}
  for (const { name } of tables.filter((one) => !BOOKS.includes(one.name))) {
    const { rows } = await office.db.pool.query<{ count: string; digest: string }>(
      `SELECT count(*), coalesce(md5(string_agg(line, '' ORDER BY line)), '') AS digest
       FROM (SELECT md5((to_jsonb(t) - 'last_used_at' - 'seen_at')::text) AS line FROM "${name}" t) lines`,
    )
    found[name] = `${rows[0]?.count} ${rows[0]?.digest}`
  }
  return found
}

test(`seed ${seed}: ${REQUESTS} malformed requests are refused, tell nothing and change nothing`, async () => {
  console.log(`attack: NIGHTSHIFT_ATTACK_SEED=${seed}`)
  const dice = rollDice(seed)
  const before = await contents()
  const files = await office.packages()
  const failures: string[] = []
  const counts = new Map<string, number>()
  const statuses = new Map<number, number>()
  let sent = 0
  const lane = async (): Promise<void> => {
    while (sent < REQUESTS && failures.length < 20) {
      sent += 1
      const one = attack(field, dice)
      counts.set(one.kind, (counts.get(one.kind) ?? 0) + 1)
      const answered = await send(one).catch((error: Error) => ({ status: 0, type: error.message, text: '' }))
      statuses.set(answered.status, (statuses.get(answered.status) ?? 0) + 1)
      const wrong = wrongWith(answered)
      if (wrong !== undefined)
        failures.push(`${one.kind}: ${wrong}\n  ${curl(one)}\n  ${answered.text.slice(0, 500)}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  console.log(`attack: ${JSON.stringify({ ...Object.fromEntries(counts), ...Object.fromEntries(statuses) })}`)
  expect(failures.join('\n')).toBe('')
  expect(sent).toBe(REQUESTS)
  expect(await contents()).toEqual(before)
  expect(await office.packages()).toEqual(files)
  // It still works.
  expect((await office.ask('GET', '/stores')).status).toBe(200)
}, 1_200_000)
