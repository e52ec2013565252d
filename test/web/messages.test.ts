/** «Сообщения для терминалов»: whom a message reaches is counted anew when the tills or the choice have changed. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { expectClean } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { isLive, soon } from './soon.ts'

const TEST_MS = 480_000

describeWith(CHROMIUM, 'whom a message reaches', () => {
  let office: PageOffice
  beforeAll(async () => {
    office = await openPageOffice({ worker: false, fleet: { stores: 1, tills: 6 } })
  }, 240_000)
  afterAll(() => office?.close())

  /** A till without an address is left out. */
  const setHost = (cashId: string, host: string | null) =>
    office.office.db.pool.query('UPDATE device SET host = $2, revision = revision + 1 WHERE cash_id = $1', [
      cashId,
      host,
    ])

  it(
    'counts anew what it has counted before, and sends nothing to who was not counted',
    async () => {
      const visitor = await office.visit({ role: 'operator' })
      const { page, go, close } = visitor
      await go('stores/M1/messages')
      await page.getByText('Получат 6 касс').waitFor()
      await page.getByText('Только кассам с кассиром').click()
      await page.getByText(/Получ(ат|ит) [1-5] касс/).waitFor()
      await setHost('50001002', null)
      await page.getByText('Всем кассам магазина').click()
      await page.getByText('Получат 5 касс').waitFor()
      expect(await page.getByText('Получат 6 касс').count()).toBe(0)
      await expectClean(visitor)

      await page.getByRole('textbox', { name: 'Текст сообщения' }).fill('Проверка')
      const send = page.getByRole('button', { name: 'Отправить сообщение' })
      await soon(() => send.getAttribute('aria-disabled')).not.toBe('true')
      await page.route('**/api/v1/commands', (route) =>
        route.request().method() === 'POST' ? route.abort() : route.continue(),
      )
      await page.getByText('Только кассам с кассиром').click()
      await soon(() => send.getAttribute('aria-disabled')).toBe('true')
      await close()
    },
    TEST_MS,
  )

  it(
    'counts anew by itself when a till of the store has changed',
    async () => {
      const { page, go, faults, close } = await office.visit({ role: 'operator' })
      await setHost('50001002', '127.0.0.1')
      await go('stores/M1/messages')
      await page.getByText('Получат 6 касс').waitFor()
      await isLive(page)
      await office.api('PATCH', '/devices/50001003', { host: null }, { 'If-Match': '*' })
      await page.getByText('Получат 5 касс').waitFor({ timeout: 20_000 })
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )
})
