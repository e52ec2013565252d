/** What a new installation prints: the first administrator's link, once. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../api/browser.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { startProcess, type TestProcess } from '../support/process.ts'
import { until } from '../support/until.ts'

let folder: string
let database: TestDatabase
const started: TestProcess[] = []
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nightshift-welcome-'))
  database = await createDatabase()
})
afterAll(async () => {
  for (const one of started) one.kill()
  await rm(folder, { recursive: true, force: true })
  await database.drop()
})

/** What an API prints until it is up, and how it is ended. */
async function startApi() {
  const env = {
    NIGHTSHIFT_DATA: folder,
    NIGHTSHIFT_PORT: '0',
    NIGHTSHIFT_LOG: 'warn',
    DATABASE_URL: database.url,
  }
  const one = startProcess(['api'], env)
  started.push(one)
  const isUp = () => one.output().includes('board ')
  await until(isUp, { within: 60_000, label: 'the API is up' })
  return {
    url: /^API +(http:\/\/[^/]+)/m.exec(one.output())?.[1] ?? '',
    output: one.output,
    stop: async () => {
      one.kill('SIGTERM')
      expect(await one.ended(60_000)).toBe('0')
    },
  }
}

test('printed at the first start, not at the next while it is good, and never where there is somebody', async () => {
  const first = await startApi()
  const link = () => /^welcome (http:\/\/\S+\/welcome\/[\w-]{43})$/m.exec(first.output())?.[1]
  await until(link, { within: 60_000, label: 'the link' })
  expect(link()).toContain(first.url)
  await first.stop()

  const second = await startApi()
  await until(() => second.output().includes('first-link'), { within: 60_000, label: 'how to get another' })
  expect(second.output()).not.toContain('/welcome/')
  const page = new URL(link() ?? '').pathname
  const form = {
    login: 'anna',
    name: 'Anna',
    password: 'correct horse battery',
    again: 'correct horse battery',
  }
  const browser = openBrowser(second.url)
  expect((await browser.go('POST', page, form)).status).toBe(303)
  expect((await browser.call('GET', '/api/v1/me')).json).toMatchObject({ actor: 'anna', role: 'admin' })
  await second.stop()

  const third = await startApi()
  expect((await browser.call('GET', `${third.url}/api/v1/me`)).json.actor).toBe('anna')
  await third.stop()
  expect(third.output()).not.toMatch(/welcome|first-link/)
}, 480_000)
