/** Answers that are lost on their way while a night goes on: what is told to be done is done. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { isLive, soon } from './soon.ts'

const TEST_MS = 480_000

/** The server does it, and its answer never comes: the first time. */
async function loseFirst(page: Page, where: string): Promise<void> {
  let isLost = false
  await page.route(where, async (route) => {
    if (isLost) return route.continue()
    isLost = true
    await route.fetch()
    await route.abort()
  })
}

describeWith(CHROMIUM, 'lost answers', () => {
  let office: PageOffice
  let packageId: string
  beforeAll(async () => {
    office = await openPageOffice({
      ...{ worker: false, fleet: { stores: 2, tills: 6, timeZones: ['Europe/Moscow'] } },
    })
    packageId = (await office.office.addPackage({ version: 96_000 })).id
  }, 240_000)
  afterAll(() => office?.close())

  it(
    'paused without an answer, resumed, and paused again: it is paused',
    async () => {
      const id = await office.office.rollOut(packageId)
      const state = async () => (await office.api<{ state: string }>('GET', `/rollouts/${id}`)).state
      const { page, go, faults, close } = await office.visit({ role: 'operator' })
      await go(`rollouts/${id}`)
      await loseFirst(page, '**/pause')
      const dialog = page.getByRole('dialog')
      const press = async (name: string) => {
        await page.getByRole('button', { name, exact: true }).first().click()
        await dialog.getByRole('button', { name, exact: true }).click()
      }
      await press('Приостановить')
      await dialog.getByText('unanswered').waitFor()
      expect(await state()).toBe('paused')
      await dialog.getByRole('button', { name: 'Отмена' }).click()
      await press('Продолжить')
      await dialog.waitFor({ state: 'detached' })
      expect(await state()).toBe('running')
      await press('Приостановить')
      await dialog.waitFor({ state: 'detached' })
      expect(await state()).toBe('paused')
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'hours saved without an answer, changed by somebody, and saved as before: they are as saved',
    async () => {
      const theirs = (from: string) =>
        office.api(
          'POST',
          '/stores/M2/calendar',
          { calendar: { windows: [{ days: ['fri'], from, to: '05:00' }], opening: 'always' } },
          { 'If-Match': '*' },
        )
      const present = async () => {
        const { calendar } = await office.api<{ calendar: { windows: { from: string }[] } }>(
          'GET',
          '/stores/M2',
        )
        return calendar.windows[0]?.from
      }
      const { page, go, faults, close } = await office.visit()
      const dialog = page.getByRole('dialog', { name: /^Окна и часы работы/ })
      const from = dialog.locator('[data-path="windows.0"]').getByLabel('С', { exact: true })
      const save = dialog.getByRole('button', { name: 'Сохранить' })
      await theirs('22:00')
      await go('schedule?store=M2&kind=hours')
      await soon(() => from.inputValue()).toBe('22:00')
      await isLive(page)
      await loseFirst(page, '**/stores/M2/calendar')
      await from.fill('21:00')
      const learnt = page.waitForResponse(
        async (reply) => reply.url().endsWith('/stores/M2') && (await reply.text()).includes('21:00'),
      )
      await save.click()
      await dialog.getByText('unanswered').waitFor()
      expect(await present()).toBe('21:00')
      await learnt
      await theirs('23:45')
      await soon(() => from.inputValue()).toBe('23:45')
      await from.fill('21:00')
      await save.click()
      await dialog.waitFor({ state: 'hidden' })
      expect(await present()).toBe('21:00')
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'after a restore of the database the board is not read over and over',
    async () => {
      const { page, go, close } = await office.visit()
      let isRestored = false
      let streams = 0
      let reads = 0
      await page.route('**/api/v1/live*', (route) => {
        if (!isRestored) return route.continue()
        streams += 1
        // The place is ahead of everything there is; from now on it goes on, and stands still.
        if (streams === 1)
          return route.fulfill({
            ...{ status: 422, contentType: 'application/problem+json', body: '{"code":"cursorInvalid"}' },
          })
        return route.fulfill({
          contentType: 'text/event-stream',
          body: 'retry: 100000\n\nid: 1-0\nevent: ping\ndata: {}\n\n',
        })
      })
      // Its places begin anew, and each reading is at a later one.
      await page.route('**/api/v1/board*', async (route) => {
        // The head office is away for a while.
        const response = await route.fetch().catch(() => undefined)
        if (response === undefined) return route.abort()
        if (!isRestored) return route.fulfill({ response })
        reads += 1
        return route.fulfill({
          response,
          json: { ...(await response.json()), seq: reads, cursor: `${reads + 1}-0` },
        })
      })
      await go('chain')
      await page.locator('.chain-cell').first().waitFor()
      await isLive(page)
      isRestored = true
      await office.stopApi()
      await office.startApi()
      await soon(() => streams).toBe(2)
      await soon(() => reads).toBeGreaterThan(0)
      // A reading begins as soon as the one before has come: another request is later than a loop's next.
      for (let time = 0; time < 10; time += 1) await page.request.get(`${office.url}/api/v1/board`)
      expect(reads).toBeLessThan(8)
      await close()
    },
    TEST_MS,
  )
})
