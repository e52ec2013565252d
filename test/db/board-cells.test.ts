/** Which update of a device is in view, over histories made at random: as one would say it, row by row. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readBoardCells } from '../../src/db/board-cells.ts'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { deviceUpdateStates, isActiveUpdate, isTerminalUpdate } from '../../src/rollout/states.ts'
import { type Random, seeded } from '../nights/random.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

const DEVICES = 60
const ROLLOUTS = 12
const HOUR_MS = 3600_000
const VIEW_MS = 24 * HOUR_MS
const states = Object.keys(deviceUpdateStates) as (keyof typeof deviceUpdateStates)[]
const ended = states.filter(isTerminalUpdate)
const going = states.filter((state) => !isTerminalUpdate(state))
const reasons = ['wrongKind', 'ownedByRollout', 'notNeeded', 'tillOffline', 'diskFull']

interface Rollout {
  readonly id: string
  /** Milliseconds since 1970; null: it runs. */
  readonly finishedAt: number | null
}
interface Update {
  readonly id: string
  readonly rollout: Rollout
  readonly device: string
  readonly state: string
  readonly reason: string | null
  readonly wave: number
  readonly createdAt: number
}

/** Whatever the constraints let in: also a live one of a rollout that is over, and an old broken one. */
function historyOf(random: Random, devices: readonly string[], now: number): Update[] {
  const rollouts = Array.from({ length: ROLLOUTS }, () => {
    const isOver = random.chance(0.6)
    // Not so near to the edge that the run itself crosses it.
    const ago = random.pick([1, 5, 20, 23, 25, 30, 80, 2000]) * HOUR_MS
    return { id: randomUUID(), finishedAt: isOver ? now - ago : null }
  })
  return devices.flatMap((device) => {
    const liveAt = random.whole(ROLLOUTS + 4)
    const share = random.pick([0, 0.2, 0.6, 1])
    return rollouts.flatMap((rollout, i) => {
      if (i !== liveAt && !random.chance(share)) return []
      const state = random.pick(i === liveAt ? going : ended)
      // Nobody is skipped for nothing.
      const reason = state === 'skipped' || random.chance(0.5) ? random.pick(reasons) : null
      const createdAt = now - random.whole(5_000_000) * 1000 - i
      return [{ id: randomUUID(), rollout, device, state, reason, wave: 1 + random.whole(4), createdAt }]
    })
  })
}

const isLive = ({ state }: Update): boolean => !isTerminalUpdate(state)
const isMeant = ({ state, reason }: Update): boolean =>
  !(state === 'skipped' && (reason === 'wrongKind' || reason === 'ownedByRollout'))

/** The live one, else the newest that was meant; unless its rollout is over for long, and it is not broken. */
function inView(updates: readonly Update[], now: number): Update | undefined {
  const [first] = updates
    .filter(isMeant)
    .sort((a, b) => Number(isLive(b)) - Number(isLive(a)) || b.createdAt - a.createdAt)
  if (first === undefined || first.state === 'broken') return first
  const { finishedAt } = first.rollout
  return finishedAt === null || finishedAt > now - VIEW_MS ? first : undefined
}

let database: TestDatabase
let db: Database
beforeAll(async () => {
  database = await createDatabase()
  db = openDatabase(database.url)
})
afterAll(async () => {
  await db.close()
  await database.drop()
})

const at = (ms: number): string => new Date(ms).toISOString()

/** @returns cash ids by the devices' ids */
async function addDevices(code: string): Promise<Map<string, string>> {
  const storeId = randomUUID()
  await db.pool.query(
    `INSERT INTO store (id, code, name, time_zone, host, "user", package_folder, package_url)
     VALUES ($1, $2, $2, 'UTC', 'h', 'u', '/p', 'http://h/p')`,
    [storeId, code],
  )
  const { rows } = await db.pool.query<{ id: string; cashId: string }>(
    `INSERT INTO device (id, store_id, kind, cash_id, number, name, host)
     SELECT gen_random_uuid(), $1, 'till', $2 || n, n, 'Till ' || n, 'h' FROM generate_series(1, ${DEVICES}) n
     RETURNING id, cash_id AS "cashId"`,
    [storeId, `${code}-`],
  )
  return new Map(rows.map(({ id, cashId }) => [id, cashId]))
}

async function write(updates: readonly Update[]): Promise<void> {
  const added = await db.pool.query<{ id: string }>(
    `INSERT INTO package (id, kind, version, file_name, size, sha256)
     VALUES (gen_random_uuid(), 'till', 96000, 'x', 1, repeat('0', 64)) ON CONFLICT DO NOTHING RETURNING id`,
  )
  const packageId = added.rows[0]?.id ?? (await db.prisma.package.findFirstOrThrow()).id
  const rollouts = [...new Set(updates.map(({ rollout }) => rollout))]
  await db.pool.query(
    `INSERT INTO rollout (id, name, package_id, plan, plan_hash, policy, created_by, state, finished_at)
     SELECT r.id, 'night', $1, '{}', 'x', '{}', 'x', CASE WHEN r.at IS NULL THEN 'running' ELSE 'finished' END, r.at
     FROM jsonb_to_recordset($2::jsonb) AS r(id uuid, at timestamptz)`,
    [
      packageId,
      JSON.stringify(rollouts.map(({ id, finishedAt }) => ({ id, at: finishedAt && at(finishedAt) }))),
    ],
  )
  const rows = updates.map(({ rollout, state, createdAt, ...update }) => ({
    ...{ ...update, state, rollout: rollout.id, created: at(createdAt) },
    ...{ leased: isActiveUpdate(state), over: isTerminalUpdate(state) },
  }))
  await db.pool.query(
    `INSERT INTO device_update (id, rollout_id, device_id, store_id, package_id, wave, state, reason, to_version, created_at, lease_until, finished_at)
     SELECT u.id, u.rollout, d.id, d.store_id, $1, u.wave, u.state, u.reason, 96000, u.created,
       CASE WHEN u.leased THEN now() END, CASE WHEN u.over THEN now() END
     FROM jsonb_to_recordset($2::jsonb)
       AS u(id uuid, rollout uuid, device uuid, wave int, state text, reason text, created timestamptz, leased bool, over bool)
     JOIN device d ON d.id = u.device`,
    [packageId, JSON.stringify(rows)],
  )
}

describe.each([1, 2, 3, 4])('history %i', (seed) => {
  test('the update in view is the live one, or the newest that was meant', async () => {
    const now = Date.now()
    const cashIds = await addDevices(`s${seed}`)
    const devices = [...cashIds.keys()]
    const history = historyOf(seeded(seed), devices, now)
    await write(history)
    const wanted = devices.map((device) => {
      const found = inView(
        history.filter((update) => update.device === device),
        now,
      )
      const { state = null, reason = null, wave = null, rollout } = found ?? {}
      return { cashId: cashIds.get(device), state, reason, wave, rolloutId: rollout?.id ?? null }
    })
    // The history is one to tell by: something is in view, something is not, and something lives.
    expect(wanted.filter(({ state }) => state === null).length).toBeGreaterThan(2)
    expect(wanted.filter(({ state }) => ended.some((one) => one === state)).length).toBeGreaterThan(2)
    expect(wanted.filter(({ state }) => going.some((one) => one === state)).length).toBeGreaterThan(2)

    const rows = await readBoardCells(db.pool, { groups: null })
    const some = devices.filter((_, i) => i % 7 === 0)
    const few = await readBoardCells(db.pool, { groups: null, deviceIds: some })
    const shown = (cells: typeof rows) =>
      new Map(
        cells.map(({ cashId, state, reason, wave, rolloutId }) => [
          cashId,
          { cashId, state, reason, wave, rolloutId },
        ]),
      )
    expect(wanted.map(({ cashId = '' }) => shown(rows).get(cashId))).toEqual(wanted)
    // Each device once.
    expect(shown(rows).size).toBe(rows.length)
    expect(few.length).toBe(some.length)
    for (const [cashId, cell] of shown(few)) expect(shown(rows).get(cashId)).toEqual(cell)
  })
})
