/** The embedded PostgreSQL: one owner a folder, closed folders, kills. */
import { spawnSync } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findEmbedded, startEmbedded } from '../../src/db/embedded.ts'
import { FolderInUse } from '../../src/db/embedded-errors.ts'
import { startProcess } from '../support/process.ts'
import { until } from '../support/until.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nightshift-embedded-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function ask<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<T>(sql)).rows
  } finally {
    await client.end()
  }
}

test('keeps its data over a stop, in a folder that nobody else may enter', async () => {
  await chmod(folder, 0o700)
  const first = await startEmbedded({ folder })
  await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
  await first.stop()
  expect(await findEmbedded(folder)).toBeUndefined()
  const second = await startEmbedded({ folder })
  expect(await ask(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  await second.stop()
})

test('refuses a second start on the same folder, and says so', async () => {
  const database = await startEmbedded({ folder })
  await expect(startEmbedded({ folder })).rejects.toThrow(FolderInUse)
  await expect(startEmbedded({ folder })).rejects.toThrow(/is in use by another Nightshift/)
  expect(await ask(database.url, 'SELECT 1 AS up')).toEqual([{ up: 1 }])
  await database.stop()
})

test('lets nobody in without its password', async () => {
  const database = await startEmbedded({ folder })
  const url = new URL(database.url)
  url.password = 'guessed'
  await expect(ask(url.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/)
  await database.stop()
})

const env = () => ({ NIGHTSHIFT_DATA: folder, NIGHTSHIFT_PORT: '0', NIGHTSHIFT_LOG: 'warn' })

test('a killed head office leaves a folder that the next one takes over', async () => {
  const office = startProcess(['serve'], env())
  const link = await until(() => /welcome (\S+)\n/.exec(office.output())?.[1], {
    within: 60_000,
    label: 'it serves',
  })
  const second = startProcess(['serve'], env())
  expect(await second.ended(60_000)).toBe('69')
  expect(second.output()).toContain('is in use by another Nightshift')
  office.kill('SIGKILL')
  await office.ended(60_000)

  const heir = startProcess(['serve'], env())
  const api = await until(() => /API {4}(\S+)\s/.exec(heir.output())?.[1], {
    within: 60_000,
    label: 'the next one serves',
  })
  // The link of before is good at its heir, who makes no other.
  expect(heir.output()).not.toContain('/welcome/')
  const { origin } = new URL(api)
  expect((await fetch(origin + new URL(link).pathname)).status).toBe(200)
  heir.kill('SIGTERM')
  expect(await heir.ended(60_000)).toBe('0')
  expect(await findEmbedded(folder)).toBeUndefined()
}, 360_000)

test('no password of the database is on a command line', async () => {
  const database = await startEmbedded({ folder })
  const password = (await readFile(path.join(folder, 'postgres.password'), 'utf8')).trim()
  expect(password).toHaveLength(48)
  expect(spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout).not.toContain(password)
  await database.stop()
})
