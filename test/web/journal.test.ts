/** The journal between two times: chosen, typed, in the address, by the viewer's clock, and in the file. */
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { expectClean, shoot } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { isAt, soon } from './soon.ts'

const TEST_MS = 480_000
const events = (page: Page) => page.locator('.journal-row[data-code="messageSent"]')
const textsOf = (page: Page) => events(page).locator('.journal-text').allTextContents()
const said = (read: () => Promise<string[]>) =>
  soon(async () => (await read()).map((text) => /[«“]([^»”]+)[»”]/.exec(text)?.[1]))

const HOUR_MS = 3_600_000
/** Six in the evening in Moscow, which has kept UTC+3 since 2014. */
function startOfNight(): number {
  const there = new Date(Date.now() + 3 * HOUR_MS)
  const begun = there.getUTCHours() >= 18 ? 0 : 1
  return Date.UTC(there.getUTCFullYear(), there.getUTCMonth(), there.getUTCDate() - begun, 15)
}

const SOON_MS = 120_000
/** What is this night now is the one before it as soon as the next has begun. */
const isFarFromNight = (): boolean => (Date.now() - 15 * HOUR_MS) % (24 * HOUR_MS) < 24 * HOUR_MS - SOON_MS

describeWith(CHROMIUM, 'the journal between two times', () => {
  let office: PageOffice
  const say = (at: Date, text: string) =>
    office.office.db.pool.query(
      `INSERT INTO event (at, code, actor, store_id, params)
       SELECT $1, 'messageSent', 'test', id, jsonb_build_object('text', $2::text, 'devices', 1) FROM store WHERE code = 'M1'`,
      [at, text],
    )
  beforeAll(async () => {
    office = await openPageOffice({ worker: false, fleet: { stores: 1, tills: 1 } })
    await say(new Date('2024-11-10T09:59:59Z'), 'до')
    await say(new Date('2024-11-10T10:00:00Z'), 'ровно')
    await say(new Date('2024-11-10T18:30:00Z'), 'внутри')
    await say(new Date('2024-11-11T04:00:30Z'), 'в ту же минуту')
    await say(new Date('2024-11-11T04:01:00Z'), 'после')
  }, 240_000)
  afterAll(() => office?.close())

  it(
    'from and to are typed by the viewer’s clock, stay in the address, and hold for the file',
    async () => {
      const visitor = await office.visit({ timeZone: 'Asia/Yekaterinburg' })
      const { page, go, faults, close } = visitor
      await go('journal')
      await said(() => textsOf(page)).toHaveLength(5)
      await page.getByText('ваше время (Asia/Yekaterinburg)').waitFor()
      const from = page.getByLabel('С какого времени')
      await from.fill('2024-11-10T15:00')
      await from.press('Enter')
      // Who goes on by the keyboard goes on from here.
      await isAt(page, /from=/)
      await soon(() => from.evaluate((one) => one.matches(':focus'))).toBe(true)
      await isAt(page, /from=2024-11-10T10%3A00Z/)
      const to = page.getByLabel('По какое время')
      await to.fill('2024-11-11T09:00')
      await to.press('Enter')
      await isAt(page, /to=2024-11-11T04%3A00Z/)
      await said(() => textsOf(page)).toEqual(['в ту же минуту', 'внутри', 'ровно'])
      await soon(() => page.getByRole('combobox', { name: 'За время' }).inputValue()).toBe('own')
      await page.reload()
      await said(() => textsOf(page)).toEqual(['в ту же минуту', 'внутри', 'ровно'])
      await soon(() => from.inputValue()).toBe('2024-11-10T15:00')
      await expectClean(visitor)
      await shoot(page, 'journal-span-ru')

      await page.getByRole('button', { name: 'Выгрузить CSV' }).click()
      const link = page.getByRole('link', { name: /Скачать journal-.*\.csv/ })
      const [file] = await Promise.all([page.waitForEvent('download'), link.click()])
      const lines = readFileSync((await file.path()) ?? '', 'utf8')
        .trimEnd()
        .split('\r\n')
      expect(lines).toHaveLength(4)
      expect(lines[3]).toContain('ровно')

      await from.fill('2024-11-12T00:00')
      await from.press('Enter')
      await page.getByRole('alert').getByText('Начало позже конца').waitFor()
      await page.getByText('Ничего не найдено').waitFor()
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'presets stand for this night and the one before, in the store’s journal too',
    async () => {
      const visitor = await office.visit({ language: 'en', scheme: 'dark' })
      const { page, go, faults, close } = visitor
      await until(isFarFromNight, { within: 2 * SOON_MS, label: 'this night has begun', every: 1000 })
      const start = startOfNight()
      await say(new Date(start + HOUR_MS), 'эта')
      await say(new Date(start - 23 * HOUR_MS), 'прошлая')
      await go('stores/M1/journal')
      const preset = page.getByRole('combobox', { name: 'Time', exact: true })
      await soon(() => events(page).count()).toBe(7)
      await preset.selectOption({ label: 'This night' })
      await isAt(page, /from=\d{4}-\d\d-\d\dT15%3A00Z&to=\d{4}-\d\d-\d\dT09%3A00Z/)
      await said(() => textsOf(page)).toEqual(['эта'])
      await soon(() => page.getByLabel('From', { exact: true }).inputValue()).toMatch(/T18:00$/)
      await preset.selectOption({ label: 'The night before' })
      await said(() => textsOf(page)).toEqual(['прошлая'])
      await soon(() => preset.inputValue()).toBe('lastNight')
      await preset.selectOption({ label: 'Last 24 hours' })
      await isAt(page, /from=-24h/)
      await soon(() => preset.inputValue()).toBe('day')
      await preset.selectOption({ label: 'Last week' })
      await isAt(page, /from=-7d/)
      await preset.selectOption({ label: 'Of all time' })
      await soon(() => events(page).count()).toBe(7)
      await soon(() => page.url()).not.toMatch(/from=|to=/)
      await expectClean(visitor)
      await shoot(page, 'journal-span-dark-en')
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )
})
