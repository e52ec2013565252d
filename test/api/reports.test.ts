/** Reports at the API: on request and kept, as JSON, CSV or a page, in Russian and English. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reportCommand } from '../../src/cli/report.ts'
import { loadConfig } from '../../src/config.ts'
import { type HeadOffice, openHeadOffice } from './head-office.ts'
import { importTills, type StartedRollout, startRolloutTo } from './rows.ts'

let office: HeadOffice
let rollout: StartedRollout
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nightshift-reports-'))
  office = await openHeadOffice()
  await importTills(office, 'M1', ['c1', 'c2'])
})
afterAll(async () => {
  await office?.close()
  await rm(folder, { recursive: true, force: true })
})

const EVENING = '/reports/evening'
/** The database of this office, for the command line. */
const databaseUrl = () => office.db.url

async function print(kind: string, given: Record<string, string>): Promise<string> {
  const printed: string[] = []
  const config = loadConfig({ DATABASE_URL: databaseUrl(), NIGHTSHIFT_DATA: folder })
  await reportCommand(config, kind, given, (text) => printed.push(text))
  return printed.join('\n')
}

describe('before any rollout', () => {
  test('there is nothing to report of', async () => {
    for (const kind of ['evening', 'morning']) {
      const reply = await office.ask('GET', `/reports/${kind}`)
      expect([reply.status, reply.json.code]).toEqual([404, 'nothingToReport'])
    }
    await expect(print('evening', {})).rejects.toThrow('no rollout is under way')
  })
})

describe('a report on request', () => {
  beforeAll(async () => {
    rollout = await startRolloutTo(office, 'M1')
  })

  test('is of the rollout that is under way', async () => {
    const reply = await office.ask('GET', EVENING)
    expect(reply.status).toBe(200)
    expect(reply.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(reply.json).toMatchObject({
      format: 'nightshift/evening/1',
      timeZone: null,
      rollout: { id: rollout.id, state: 'running' },
      totals: { devices: 2, counts: { unknown: 2 }, ready: 0 },
      stores: [{ code: 'M1', timeZone: 'Europe/Moscow', needSomebody: 2, fits: true }],
    })
    expect(reply.json.madeAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
    // Nobody was installed since yesterday.
    expect((await office.ask('GET', '/reports/morning')).json.code).toBe('nothingToReport')
    const morning = await office.ask('GET', `/reports/morning?rollout=${rollout.id}`)
    expect(morning.json).toMatchObject({ format: 'nightshift/morning/1', totals: { devices: 2 } })
    expect(await office.count('report')).toBe(0)
  })

  test('of one zone has its stores alone', async () => {
    const own = await office.ask('GET', `${EVENING}?zone=Europe/Moscow`)
    expect(own.json).toMatchObject({ timeZone: 'Europe/Moscow', totals: { stores: 1 } })
    const other = await office.ask('GET', `${EVENING}?zone=Asia/Omsk`)
    expect([other.status, other.json.code]).toEqual([422, 'timeZoneUnknown'])
  })

  const BROWSER = 'text/html,application/xhtml+xml,*/*;q=0.8'
  test.each<[string, Record<string, string>, string, string, RegExp]>([
    ['?format=csv', {}, 'text/csv', 'ru', /^\ufeffМагазин;/],
    ['?format=csv&language=en', { 'Accept-Language': 'ru' }, 'text/csv', 'en', /^\ufeffStore,/],
    [
      '',
      { Accept: 'text/csv', 'Accept-Language': 'de, en-GB;q=0.8, ru;q=0.5' },
      'text/csv',
      'en',
      /^\ufeffStore,/,
    ],
    [
      '',
      { Accept: BROWSER, 'Accept-Language': 'fr' },
      'text/html',
      'ru',
      /^<!doctype html>\n<html lang="ru">/,
    ],
    ['?language=en', { Accept: BROWSER }, 'text/html', 'en', /<html lang="en">/],
    ['?format=json', { Accept: BROWSER }, 'application/json', 'ru', /^\{"format":"nightshift\/evening\/1"/],
    ['', { Accept: 'text/csv;q=0, image/png' }, 'application/json', 'ru', /^\{/],
  ])('%s %o is %s in %s', async (query, headers, type, language, begins) => {
    const reply = await fetch(`${office.url}/api/v1${EVENING}${query}`, {
      headers: { Authorization: `Bearer ${office.token}`, ...headers },
    })
    expect(reply.status).toBe(200)
    expect(reply.headers.get('content-type')).toBe(`${type}; charset=utf-8`)
    expect(reply.headers.get('content-language')).toBe(language)
    // As bytes: decoding drops the byte order mark that Excel needs.
    expect(Buffer.from(await reply.arrayBuffer()).toString('utf8')).toMatch(begins)
    if (type === 'text/html')
      expect(reply.headers.get('content-security-policy')).toContain("style-src 'unsafe-inline'")
    if (type === 'text/csv')
      expect(reply.headers.get('content-disposition')).toMatch(
        /^attachment; filename="evening-\d{4}-\d\d-\d\d\.csv"$/,
      )
  })

  test.each([
    ['format=pdf', 'fieldInvalid'],
    ['language=de', 'fieldInvalid'],
    ['rollout=1', 'fieldInvalid'],
    ['colour=red', 'fieldUnknown'],
  ])('refuses %s: %s', async (query, code) => {
    const reply = await office.ask('GET', `${EVENING}?${query}`)
    expect([reply.status, reply.json.errors?.[0]?.code ?? reply.json.code]).toEqual([422, code])
  })

  test('of a rollout that nobody approved, or without a token, is none', async () => {
    const nobody = await office.ask('GET', `${EVENING}?rollout=00000000-0000-4000-8000-000000000000`)
    expect([nobody.status, nobody.json.code]).toEqual([404, 'notFound'])
    expect((await office.ask('GET', EVENING, { token: null })).status).toBe(401)
  })

  test('is printed by the command line', async () => {
    expect(JSON.parse(await print('evening', {}))).toMatchObject({ rollout: { id: rollout.id } })
    expect(await print('evening', { format: 'csv', language: 'en', zone: 'Europe/Moscow' })).toContain(
      'Store,',
    )
    expect(await print('morning', { format: 'html', rollout: rollout.id })).toContain('<html lang="ru">')
    await expect(print('noon', {})).rejects.toThrow('evening, morning')
    await expect(print('evening', { format: 'pdf' })).rejects.toThrow('json, csv, html')
    await expect(print('evening', { rollout: 'x' })).rejects.toThrow('--rollout is an id')
  })
})

describe('a report that is kept', () => {
  test('stays as it was made, in every form', async () => {
    const made = await office.ask('POST', '/reports', { json: { kind: 'evening' } })
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({ kind: 'evening', rolloutId: rollout.id, madeBy: 'night operator' })
    const where = `/reports/${made.json.id}`
    expect(made.headers.get('location')).toBe(`/api/v1${where}`)
    await office.db.pool.query("UPDATE store SET name = 'renamed'")
    const json = await office.ask('GET', where)
    expect(json.json.stores[0].name).toBe('Магазин M1')
    expect((await office.ask('GET', EVENING)).json.stores[0].name).toBe('renamed')
    expect((await office.ask('GET', `${where}?format=html&language=en`)).text).toContain('Магазин M1')
    expect((await office.ask('GET', `${where}?format=csv`)).text).toContain('c1')
    const list = await office.ask('GET', `/reports?kind=evening&rollout=${rollout.id}`)
    expect(list.json.items).toMatchObject([{ id: made.json.id, kind: 'evening', madeAt: made.json.madeAt }])
    expect(list.json.items[0].body).toBeUndefined()
    expect((await office.ask('GET', '/reports?kind=morning')).json.items).toEqual([])
    const { rows } = await office.db.pool.query("SELECT actor FROM event WHERE code = 'reportMade'")
    expect(rows).toEqual([{ actor: 'night operator' }])
    // What a person keeps asks nobody to close anything.
    expect(await office.count('command')).toBe(0)
  })

  test('that is not there is not found', async () => {
    expect((await office.ask('GET', '/reports/00000000-0000-4000-8000-000000000000')).status).toBe(404)
    const bad = await office.ask('POST', '/reports', { json: { kind: 'noon' } })
    expect(bad.status).toBe(422)
  })
})

describe('with two rollouts under way', () => {
  test('one has to be named', async () => {
    await importTills(office, 'M2', ['c3'])
    const second = await startRolloutTo(office, 'M2')
    const reply = await office.ask('GET', EVENING)
    expect([reply.status, reply.json.code]).toEqual([409, 'rolloutNeeded'])
    expect(reply.json.rollouts.map((one: { id: string }) => one.id)).toEqual([second.id, rollout.id])
    await expect(print('evening', {})).rejects.toThrow(second.id)
    const own = await office.ask('GET', `${EVENING}?rollout=${second.id}`)
    expect(own.json).toMatchObject({ totals: { devices: 1 } })
  })

  test('one that is approved for later is told by its plan', async () => {
    await importTills(office, 'M3', ['c4', 'c5'])
    const { id } = await startRolloutTo(office, 'M3')
    await office.db.pool.query('DELETE FROM device_update WHERE rollout_id = $1', [id])
    await office.db.pool.query("UPDATE rollout SET state = 'scheduled', started_at = NULL WHERE id = $1", [
      id,
    ])
    const reply = await office.ask('GET', `${EVENING}?rollout=${id}`)
    expect(reply.json).toMatchObject({
      rollout: { state: 'scheduled' },
      totals: { devices: 2, counts: { unknown: 2 } },
    })
    const all = await office.ask('GET', EVENING)
    expect(all.json.rollouts.map((one: { id: string }) => one.id)).toContain(id)
  })
})
