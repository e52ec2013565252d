/** One Idempotency-Key, one piece of work: for many at once, over processes, restarts and kills. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { inTransaction } from '../../src/db/database.ts'
import { addEvent } from '../../src/db/events.ts'
import { forgetKeys, keepAnswer, takeTurn } from '../../src/db/idempotency.ts'
import { OnceLost, runOnce } from '../../src/db/once.ts'
import { createToken } from '../../src/db/tokens.ts'
import { startProcess, type TestProcess } from '../support/process.ts'
import { until } from '../support/until.ts'
import { type Asked, type HeadOffice, openHeadOffice, type Reply, uploadPackage } from './head-office.ts'
import { addPerson } from './people.ts'
import { importTills } from './rows.ts'

let office: HeadOffice
let packageId = ''
const processes: TestProcess[] = []

beforeAll(async () => {
  office = await openHeadOffice()
  await importTills(office, 'S1', ['S1-1', 'S1-2'])
  packageId = await uploadPackage(office)
})
afterEach(() => {
  for (const one of processes.splice(0)) one.kill()
})
afterAll(() => office.close())

/** A process takes seconds to start, on a busy machine many. More than all that is waited for. */
const SLOW_MS = 600_000

const newKey = () => `night ${randomUUID()}`
const order = () => ({ name: 'once', packageId, stores: ['S1'] })
const keyed = (key: string, asked: Asked = {}): Asked => ({
  ...asked,
  headers: { ...asked.headers, 'Idempotency-Key': key },
})
const plan = (key: string, json: object = order()) => office.ask('POST', '/rollouts', keyed(key, { json }))

async function made(): Promise<number> {
  const { rows } = await office.db.pool.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM event WHERE code = 'rolloutCreated'",
  )
  const rollouts = await office.count('rollout')
  expect(rows[0]?.count).toBe(rollouts)
  return rollouts
}
const expire = () =>
  office.db.pool.query(
    'UPDATE idempotency_key SET lease_until = now() - make_interval(secs => 1) WHERE status IS NULL',
  )
const keyRow = async (key: string) =>
  (await office.db.pool.query('SELECT * FROM idempotency_key WHERE key = $1', [key])).rows[0]

/** An API in a process of its own; it prints where it listens. */
async function apiProcess(): Promise<{ url: string; process: TestProcess }> {
  const process = startProcess(['api'], { ...office.env })
  processes.push(process)
  const found = await until(() => /API\s+(\S+)\/api\/v1/.exec(process.output()), {
    within: 60_000,
    label: `an API in its own process\n${process.output()}`,
  })
  return { url: found[1] as string, process }
}

async function send(url: string, key: string): Promise<{ status: number; id: string }> {
  const reply = await fetch(`${url}/api/v1/rollouts`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${office.token}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': key,
    },
    body: JSON.stringify(order()),
  })
  const json = (await reply.json()) as { id: string; code?: string }
  return reply.ok ? { status: reply.status, id: json.id } : Promise.reject(new Error(json.code))
}

/** What a careful program does: sends again until there is an answer, wherever the API is by then. */
const persist = (urlNow: () => string, key: string) =>
  until(() => send(urlNow(), key), { within: 150_000, label: 'an answer', every: 100 })

describe('at once', () => {
  test('50 clients at two APIs, one key: one rollout, one id, and 49 are told so', async () => {
    const before = await made()
    const key = newKey()
    const other = await office.openAnother()
    const headers = { Authorization: `Bearer ${office.token}`, 'Content-Type': 'application/json' }
    const ask = (url: string) =>
      fetch(`${url}/api/v1/rollouts`, {
        method: 'POST',
        headers: { ...headers, 'Idempotency-Key': key },
        body: JSON.stringify(order()),
      })
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, n) => ask(n % 2 === 0 ? office.url : other.url)),
    )
    const bodies = await Promise.all(replies.map((reply) => reply.text()))
    expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([201]))
    expect(new Set(bodies).size).toBe(1)
    expect(new Set(replies.map((reply) => reply.headers.get('location'))).size).toBe(1)
    const replays = replies.filter((reply) => reply.headers.get('idempotency-replayed') === 'true')
    expect(replays.length).toBe(49)
    expect(await made()).toBe(before + 1)
  })

  test('without a key, and under others: as many as were asked for', async () => {
    const before = await made()
    const keys = [newKey(), newKey()]
    const replies = await Promise.all([
      ...keys.map((key) => plan(key)),
      office.ask('POST', '/rollouts', { json: order() }),
    ])
    expect(new Set(replies.map((reply) => reply.json.id)).size).toBe(3)
    expect(await made()).toBe(before + 3)
  })

  test('who waits for too long is told to come again', async () => {
    const key = newKey()
    const small = await openHeadOffice({ limits: { keyWaitMs: 300 } })
    try {
      const asked = { actor: 'night operator', key, route: 'POST /rollouts', requestHash: 'x' }
      await takeTurn(small.db, asked, 60_000)
      const other = await small.ask('POST', '/rollouts', keyed(key, { json: { name: 'x', packageId } }))
      expect([other.status, other.json.code]).toEqual([422, 'keyReused'])
      await small.ask('POST', '/freezes', keyed('k2', { json: {} }))
      await small.db.pool.query('DELETE FROM idempotency_key')
      const freeze = { name: 'f', scope: { kind: 'chain' }, from: '2031-12-25T00:00', to: '2031-12-26T00:00' }
      expect((await small.ask('POST', '/freezes', keyed(key, { json: freeze }))).status).toBe(201)
      await small.db.pool.query(
        "UPDATE idempotency_key SET status = NULL, ended_at = NULL, xid = NULL, lease_until = now() + interval '1 hour'",
      )
      const late = await small.ask('POST', '/freezes', keyed(key, { json: freeze }))
      expect([late.status, late.json.code, late.headers.get('retry-after')]).toEqual([409, 'keyInUse', '2'])
      expect(await small.count('"freeze"')).toBe(1)
    } finally {
      await small.close()
    }
  })
})

describe('one process dies', () => {
  test(
    '50 clients, a restart in between: one rollout, and every client has its id',
    async () => {
      const before = await made()
      const key = newKey()
      let { url, process } = await apiProcess()
      const clients = Array.from({ length: 50 }, () => persist(() => url, key))
      await until(() => keyRow(key), { within: 60_000, label: 'somebody has begun', every: 1 })
      process.kill('SIGTERM')
      await process.ended(60_000)
      ;({ url, process } = await apiProcess())
      const answers = await Promise.all(clients)
      expect(new Set(answers.map((one) => one.id)).size).toBe(1)
      expect(await made()).toBe(before + 1)
    },
    SLOW_MS,
  )

  test(
    '50 clients, killed at any instant: one rollout, and every client has its id',
    async () => {
      const before = await made()
      const rounds = 2
      let { url, process } = await apiProcess()
      for (let round = 0; round < rounds; round += 1) {
        const key = newKey()
        const clients = Array.from({ length: 50 }, () => persist(() => url, key))
        const isThere = async () => (round === 0 ? await keyRow(key) : (await keyRow(key))?.xid !== undefined)
        await until(isThere, { within: 60_000, label: 'somebody has begun', every: 1 })
        process.kill()
        await process.ended(60_000)
        await expire()
        ;({ url, process } = await apiProcess())
        await expire()
        const answers = await Promise.all(clients)
        expect(new Set(answers.map((one) => one.id)).size).toBe(1)
      }
      expect(await made()).toBe(before + rounds)
    },
    SLOW_MS,
  )

  /** Holds everybody at one statement, until it is let go. */
  async function holdAt(
    statement: string,
  ): Promise<{ waiting(): Promise<number[]>; letGo(): Promise<void> }> {
    const client = new pg.Client({ connectionString: office.env.DATABASE_URL as string })
    await client.connect()
    await client.query('SELECT pg_advisory_lock(77)')
    await client.query(`CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_advisory_xact_lock_shared(77); RETURN NEW; END $$`)
    await client.query(`CREATE TRIGGER hold BEFORE ${statement} EXECUTE FUNCTION hold()`)
    return {
      waiting: async () => {
        const { rows } = await client.query<{ pid: number }>(
          "SELECT pid FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()",
        )
        return rows.map((row) => row.pid)
      },
      letGo: async () => {
        // What a dead process had sent is not carried out by its connection any more.
        await client.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()",
        )
        await client.query('SELECT pg_advisory_unlock(77)')
        await client.query('DROP FUNCTION hold CASCADE')
        await client.end()
      },
    }
  }

  async function killHeld(statement: string): Promise<{ key: string; before: number }> {
    const before = await made()
    const key = newKey()
    const { url, process } = await apiProcess()
    const hold = await holdAt(statement)
    // Once: who goes on asking would ask whoever has this port next.
    const lost = send(url, key).catch(() => {})
    await until(async () => (await hold.waiting()).length > 0, { within: 60_000, label: 'it is held' })
    process.kill()
    await process.ended(60_000)
    await lost
    await hold.letGo()
    await expire()
    return { key, before }
  }

  test(
    'before the commit: nothing was done, and whoever asks again does it',
    async () => {
      const { key, before } = await killHeld('INSERT ON event FOR EACH ROW')
      expect(await made()).toBe(before)
      const reply = await plan(key)
      expect([reply.status, reply.headers.has('idempotency-replayed')]).toEqual([201, false])
      expect(await made()).toBe(before + 1)
    },
    SLOW_MS,
  )

  test(
    'after the commit, before the answer was kept: it is told what was done',
    async () => {
      const { key, before } = await killHeld(
        'UPDATE ON idempotency_key FOR EACH ROW WHEN (NEW.status IS NOT NULL)',
      )
      expect(await made()).toBe(before + 1)
      const { rows } = await office.db.pool.query('SELECT id FROM rollout ORDER BY created_at DESC LIMIT 1')
      const replies = await Promise.all([plan(key), plan(key), plan(key)])
      for (const reply of replies) {
        expect([reply.status, reply.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
        expect(reply.json).toMatchObject({ id: rows[0].id, recovered: true, rolloutId: rows[0].id })
        expect(reply.headers.get('location')).toBe(`/api/v1/rollouts/${rows[0].id}`)
      }
      expect(await made()).toBe(before + 1)
    },
    SLOW_MS,
  )
})

test('who was stopped over it and goes on later cannot commit any more', async () => {
  const asked = { actor: 'a', key: newKey(), route: 'POST /x', requestHash: 'h' }
  const first = await takeTurn(office.db, asked, 60_000)
  if (first.kind !== 'mine') throw new Error(first.kind)
  expect((await takeTurn(office.db, asked, 60_000)).kind).toBe('running')
  let goOn = () => {}
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const work = (wait: Promise<void>, tag: string) => () =>
    inTransaction(office.db, async (client) => {
      await addEvent(client, { code: 'test', actor: 'test', params: { tag } })
      await wait
    })
  const stalled = runOnce(first.once, work(held, 'stalled')).catch((error: unknown) => error)
  await expire()
  const second = await takeTurn(office.db, asked, 60_000)
  if (second.kind !== 'mine') throw new Error(second.kind)
  await runOnce(second.once, work(Promise.resolve(), 'second'))
  goOn()
  expect(await stalled).toBeInstanceOf(OnceLost)
  const answer = { status: 200, headers: {}, body: {} }
  expect(await keepAnswer(office.db, first.once, answer)).toBe(false)
  await expire()
  // It was done: the next one is told so, and does nothing.
  expect((await takeTurn(office.db, asked, 60_000)).kind).toBe('done')
  const { rows } = await office.db.pool.query("SELECT params->>'tag' AS tag FROM event WHERE code = 'test'")
  expect(rows).toEqual([{ tag: 'second' }])
})

describe('what a key may be', () => {
  const refused = (reply: Reply) => [reply.status, reply.json.code, reply.json.path]

  test.each([
    ['too long', 'x'.repeat(201)],
    ['no ASCII', Buffer.from('ночь').toString('latin1')],
  ])('%s', async (_label, key) => {
    expect(refused(await plan(key))).toEqual([422, 'fieldInvalid', 'Idempotency-Key'])
  })

  test('another body, another thing, another route: refused; the same in another order: the same', async () => {
    const before = await made()
    const key = newKey()
    const first = await plan(key)
    const same = await plan(key, { stores: ['S1'], packageId, name: 'once' })
    expect([same.status, same.json]).toEqual([201, first.json])
    const reused = [422, 'keyReused', 'Idempotency-Key']
    expect(refused(await plan(key, { ...order(), name: 'other' }))).toEqual(reused)
    const at = (path: string) => office.ask('POST', path, keyed(key, { json: order() }))
    expect(refused(await at('/rollouts?full=true'))).toEqual(reused)
    expect(refused(await office.ask('POST', `/rollouts/${first.json.id}/stop`, keyed(key)))).toEqual(reused)
    expect(await made()).toBe(before + 1)
  })

  test("another one's key is another key", async () => {
    const key = newKey()
    const token = await createToken(office.db, `another ${key}`)
    const [mine, theirs] = [
      await plan(key),
      await office.ask('POST', '/rollouts', keyed(key, { json: order(), token })),
    ]
    expect([mine.status, theirs.status]).toEqual([201, 201])
    expect(mine.json.id).not.toBe(theirs.json.id)
  })

  test('a token of the same person for fewer stores is not told what another one was answered', async () => {
    const { id: userId } = await addPerson(office, 'ann', 'operator')
    const tokenOf = (name: string, storeGroups: readonly string[]) =>
      createToken(office.db, name, { role: 'operator', userId, storeGroups })
    const [whole, again, part] = [
      await tokenOf('whole', []),
      await tokenOf('again', []),
      await tokenOf('part', ['north']),
    ]
    const json = { ...order(), stores: undefined, selection: { kinds: ['till'] } }
    const key = newKey()
    const ask = (token: string) => office.ask('POST', '/rollouts', keyed(key, { json, token }))
    const made = await ask(whole)
    expect([made.status, (await ask(again)).json]).toEqual([201, made.json])
    expect(refused(await ask(part))).toEqual([422, 'keyReused', 'Idempotency-Key'])
  })

  test('a refusal of the work stays one; one of the request does not', async () => {
    const made = await plan(newKey())
    const [stopped, again] = [newKey(), newKey()]
    const stop = (key: string) =>
      office.ask('POST', `/rollouts/${made.json.id}/resume`, keyed(key, { json: {} }))
    const first = await stop(stopped)
    expect([first.status, first.json.code]).toEqual([409, 'notAllowed'])
    const second = await stop(stopped)
    expect([second.status, second.json]).toEqual([409, first.json])
    expect(second.headers.get('content-type')).toContain('application/problem+json')
    const wrong = await plan(again, { ...order(), wrong: 1 })
    expect(wrong.json.code).toBe('fieldUnknown')
    expect((await plan(again)).status).toBe(201)
    const nobody = newKey()
    expect(
      (await office.ask('POST', '/rollouts', keyed(nobody, { json: order(), token: 'ns_x' }))).status,
    ).toBe(401)
    expect(await keyRow(nobody)).toBeUndefined()
  })

  test('an upload that was cut may be sent again under its key; one that came is told again', async () => {
    const key = newKey()
    const send = (body: string) =>
      office.ask(
        'POST',
        `/packages?kind=selfCheckout&version=00077001&fileName=x.tgz&sha256=${'a'.repeat(64)}`,
        {
          ...keyed(key, { body }),
          headers: { 'Idempotency-Key': key, 'Content-Type': 'application/octet-stream' },
        },
      )
    const wrong = await send('wrong')
    expect(wrong.json.code).toBe('digestMismatch')
    expect(await keyRow(key)).toBeUndefined()
    const good = () =>
      office.ask('POST', '/packages?kind=selfCheckout&version=00077002&fileName=x.tgz', {
        body: 'right',
        headers: { 'Idempotency-Key': key, 'Content-Type': 'application/octet-stream' },
      })
    const [first, second] = [await good(), await good()]
    expect([first.status, second.status, second.json]).toEqual([201, 201, first.json])
    expect(second.headers.get('idempotency-replayed')).toBe('true')
  })
})

test('keys are forgotten after a week', async () => {
  const key = newKey()
  await plan(key)
  await office.db.pool.query(
    "UPDATE idempotency_key SET created_at = now() - interval '8 days', lease_until = now() - interval '8 days' WHERE key = $1",
    [key],
  )
  expect(await forgetKeys(office.db)).toBeGreaterThan(0)
  expect(await keyRow(key)).toBeUndefined()
})
