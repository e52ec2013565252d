/** A backup of a head office that ran a night, put back into another database: everything is there, and the next night works. */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { restoreCommand } from '../../src/cli/backup.ts'
import { type RunningConductor, startConductor } from '../../src/conductor/main.ts'
import { createTick } from '../../src/conductor/tick.ts'
import { looksRestored } from '../../src/db/after-restore.ts'
import { approveRollout } from '../../src/db/approval.ts'
import { backupTables, writeBackup } from '../../src/db/backup.ts'
import { addEvent, lastCursor, readEvents } from '../../src/db/events.ts'
import { missingPackages } from '../../src/db/packages-missing.ts'
import { restoreBackup } from '../../src/db/restore.ts'
import { createRollout } from '../../src/db/rollouts.ts'
import { moveRollout } from '../../src/db/transition.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { passedHorizon } from '../support/horizon.ts'
import {
  type Office,
  openFleet,
  openOffice,
  quickPolicy,
  rolloutEnds,
  updateStates,
} from '../support/office.ts'

let office: Office
let second: TestDatabase
let file: string
let again: RunningConductor | undefined
beforeEach(async () => {
  office = await openOffice()
  second = await createDatabase()
  file = path.join(office.dir, 'night.backup')
})
afterEach(async () => {
  await again?.close()
  again = undefined
  await office.close()
  await second.drop()
})

async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return work(client).finally(() => client.end())
}

/** Every row of every table as text, but for what a restore is meant to change. */
const contents = (url: string) =>
  onDatabase(url, async (client) => {
    const all: Record<string, string[]> = {}
    for (const table of await backupTables(client)) {
      const { rows } = await client.query<{ row: string }>(
        `SELECT (to_jsonb(t) - 'xid' - 'generation' - 'updated_at')::text AS row FROM "${table}" t ORDER BY 1`,
      )
      all[table] = rows.map((one) => one.row)
    }
    return all
  })

async function night(version: number): Promise<string> {
  const { id } = await office.addPackage({ version })
  return office.rollOut(id)
}

describe('a backup', () => {
  test('holds everything, and a new database filled from it goes on telling events', async () => {
    const fleet = await openFleet(office, { stores: 2, tills: 4 })
    const worker = await office.startWorker()
    await rolloutEnds(office, await night(96_000))
    await worker.close()
    await fleet.stop()
    const counts = await writeBackup(office.database.url, file)
    expect(counts.rows).toBeGreaterThan(50)
    const before = await contents(office.database.url)

    const restored = await restoreBackup(second.url, file)
    expect(restored).toMatchObject({ rows: counts.rows, at: counts.at, paused: [] })
    const after = await contents(second.url)
    const said = after.event?.filter((row) => row.includes('databaseRestored')) ?? []
    expect(said).toHaveLength(1)
    expect({ ...after, event: after.event?.filter((row) => !said.includes(row)) }).toEqual(before)
    await onDatabase(second.url, async (client) => {
      expect(await looksRestored(client)).toBe(false)
      await passedHorizon(client)
      const told = await readEvents(client, '0-0', 10_000)
      expect(told.at(-1)?.code).toBe('databaseRestored')
      const cursor = await lastCursor(client)
      await addEvent(client, { code: 'freezeLifted', actor: 'anna', params: { name: 'x' } })
      await passedHorizon(client)
      expect((await readEvents(client, cursor, 10)).map((event) => event.code)).toEqual(['freezeLifted'])
    })
    await onDatabase(second.url, async (client) => {
      expect(await missingPackages(client, office.config.packagesFolder)).toEqual([])
      expect(await missingPackages(client, path.join(office.dir, 'elsewhere'))).toMatchObject([
        { kind: 'till', version: '00096000' },
      ])
    })
  })

  test('a rollout that was under way is paused; the tills, which know later generations, go on with it', async () => {
    const fleet = await openFleet(office, { stores: 1, tills: 3 })
    const first = await office.startWorker()
    await rolloutEnds(office, await night(96_000))
    await writeBackup(office.database.url, file)
    const earlier = await contents(office.database.url)
    // The night after the backup, which the restored rows know nothing of.
    await rolloutEnds(office, await night(97_000))
    await first.close()
    // Tables are emptied and filled one after the other: who reads them meanwhile may lock them the other way round.
    await office.conductor.close()
    await onDatabase(office.database.url, (client) =>
      client.query(
        `TRUNCATE ${Object.keys(earlier)
          .map((table) => `"${table}"`)
          .join(', ')} CASCADE`,
      ),
    )
    await restoreBackup(office.database.url, file)
    const { db, queues, log, config } = office
    const limits = { total: config.totalLimit, leaseSeconds: config.leaseSeconds }
    again = startConductor({ db, queues, log, limits })
    const worker = await office.startWorker()
    const next = await night(98_000)
    expect(await rolloutEnds(office, next)).toBe('finished')
    expect(Object.values(await updateStates(office, next))).toEqual(['succeeded', 'succeeded', 'succeeded'])
    await worker.close()
    await fleet.stop()
  })

  test('what runs is paused with the reason in the journal', async () => {
    const fleet = await openFleet(office, { stores: 1, tills: 2 })
    const id = await night(96_000)
    await writeBackup(office.database.url, file)
    expect(await restoreBackup(second.url, file)).toMatchObject({ paused: [{ id, was: 'running' }] })
    await onDatabase(second.url, async (client) => {
      const { rows } = await client.query('SELECT state FROM rollout WHERE id = $1', [id])
      expect(rows).toEqual([{ state: 'paused' }])
      await passedHorizon(client)
      const paused = (await readEvents(client, '0-0', 1000)).find((event) => event.code === 'rolloutPaused')
      expect(paused).toMatchObject({
        actor: 'restore',
        params: { why: expect.stringContaining('the backup of') },
      })
    })
    await fleet.stop()
  })
})

describe('what was approved for later', () => {
  const later = async () => {
    const { id } = await office.addPackage()
    const preloadFrom = new Date(Date.now() + 3_600_000).toISOString()
    const made = await createRollout(office.db, {
      ...{ name: 'night', kind: 'update', serverTarget: null, selection: {}, actor: 'test' },
      target: await office.db.prisma.package.findUniqueOrThrow({ where: { id } }),
      waves: { template: 'single' },
      policy: { ...quickPolicy, preloadFrom },
    })
    if (!made.ok) throw new Error('no plan')
    const draft = made.row
    expect(await approveRollout(office.db, draft.id, draft.planHash, 'anna')).toMatchObject({
      state: 'scheduled',
    })
    return draft.id
  }
  const itsTimeComes = (client: pg.ClientBase, id: string) =>
    client.query(
      "UPDATE rollout SET policy = policy || jsonb_build_object('preloadFrom', now() - interval '1 s') WHERE id = $1",
      [id],
    )
  const stateOf = async (client: pg.ClientBase, id: string) => {
    const { rows } = await client.query<{ state: string }>('SELECT state FROM rollout WHERE id = $1', [id])
    return rows[0]?.state
  }

  test('is paused: its time may come, and nothing begins until a person resumes it', async () => {
    const fleet = await openFleet(office, { stores: 1, tills: 2 })
    const id = await later()
    await writeBackup(office.database.url, file)
    const { paused } = await restoreBackup(second.url, file)
    expect(paused).toEqual([{ id, name: 'night', was: 'scheduled' }])
    await onDatabase(second.url, async (client) => {
      expect(await stateOf(client, id)).toBe('paused')
      await passedHorizon(client)
      const told = await readEvents(client, '0-0', 1000)
      expect(told.find((event) => event.code === 'rolloutPaused')).toMatchObject({
        ...{ actor: 'restore', rolloutId: id },
        params: { why: expect.stringContaining('the backup of') },
      })
      expect(told.at(-1)).toMatchObject({ code: 'databaseRestored', params: { paused: 1 } })
      const tick = createTick({ total: 10, leaseSeconds: 20 })
      await client.query(
        "INSERT INTO worker_node (id, capacity, seen_at) VALUES ('w', 10, now() + interval '1 hour')",
      )
      // Resumed before its time, it keeps it, also where the package lies there already.
      await moveRollout(client, id, 'resume', { actor: 'anna' })
      await client.query("UPDATE store_package SET state = 'present'")
      expect((await tick(client)).enqueue).toEqual([])
      await moveRollout(client, id, 'pause', { actor: 'anna' })
      await itsTimeComes(client, id)
      expect((await tick(client)).enqueue).toEqual([])
      expect(await stateOf(client, id)).toBe('paused')
      await moveRollout(client, id, 'resume', { actor: 'anna' })
      const claimed = await createTick({ total: 10, leaseSeconds: 20 })(client)
      expect(claimed.enqueue.map((one) => one.step)).toContain('download')
    })
    await fleet.stop()
  })

  test('is named on the command line, with the way to go on', async () => {
    const fleet = await openFleet(office, { stores: 1, tills: 1 })
    const id = await later()
    await writeBackup(office.database.url, file)
    const said: string[] = []
    await restoreCommand({ ...office.config, databaseUrl: second.url }, file, (line) => said.push(line))
    const text = said.join('\n')
    expect(text).toContain('nightshift rollout resume')
    expect(text).toContain(`${id} night (approved for later)`)
    await fleet.stop()
  })
})

describe('nothing is changed', () => {
  const refused = async (code: string) => {
    await expect(restoreBackup(second.url, file)).rejects.toMatchObject({ code })
    const rows = Object.values(await contents(second.url)).flat()
    expect(rows).toEqual([])
  }

  test('by what is no backup, is cut off, or is of another version', async () => {
    await openFleet(office, { stores: 1, tills: 1 }).then((fleet) => fleet.stop())
    await writeFile(file, 'no gzip')
    await refused('noBackup')
    await writeBackup(office.database.url, file)
    const whole = await readFile(file)
    for (const part of [0.2, 0.6, 0.99]) {
      await writeFile(file, whole.subarray(0, Math.floor(whole.length * part)))
      await expect(restoreBackup(second.url, file)).rejects.toMatchObject({
        code: expect.stringMatching(/^(truncated|noBackup)$/),
      })
    }
    await refused('truncated')
    await writeFile(file, whole)
    await onDatabase(second.url, (client) =>
      client.query(
        `DELETE FROM _prisma_migrations WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations)`,
      ),
    )
    await refused('otherVersion')
  })

  test('in a database that is in use', async () => {
    const fleet = await openFleet(office, { stores: 1, tills: 1 })
    await writeBackup(office.database.url, file)
    await expect(restoreBackup(office.database.url, file)).rejects.toMatchObject({ code: 'notEmpty' })
    await fleet.stop()
  })
})

test('a database that came from another server by other means is seen by its events', async () => {
  await onDatabase(second.url, async (client) => {
    await client.query(
      `INSERT INTO event (code, actor, xid, params) VALUES ('freezeLifted', 'anna', 999999999, '{}')`,
    )
    expect(await looksRestored(client)).toBe(true)
  })
})
