/** A store's server, and what its journal tells of it: click by click. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { shoot, violations } from './looks.ts'
import { CHROMIUM, type PageOffice } from './page-office.ts'
import { isAt, isLoaded, soon } from './soon.ts'
import { fact, openStoreOffice, row, type StoreOffice, TEST_MS } from './store-rig.ts'

describeWith(CHROMIUM, 'the server of a store', () => {
  let office: PageOffice
  let command: StoreOffice['command']
  let tills: StoreOffice['tills']
  let open: StoreOffice['open']
  beforeAll(async () => {
    ;({ office, command, open, tills } = await openStoreOffice())
  }, 240_000)
  afterAll(() => office?.close())

  it(
    'the server: unknown at first, then asked, then what comes to it, then another key',
    async () => {
      const { page, faults, close } = await open('stores/M1/server')
      await page.getByRole('heading', { name: 'Монитор сервера' }).waitFor()
      await page.getByText('Ещё не было связи').waitFor()
      await page.getByText('Нет данных: сервер ещё не сказал').waitFor()
      await soon(() => fact(page, 'Время ответа').textContent()).toBe('Нет данных')
      await page.getByText('Пакетов на сервере нет').waitFor()
      await page.getByRole('button', { name: 'Опросить' }).click()
      await page.getByText('Опрос закончен').waitFor()
      await fact(page, 'Связь').getByText('На связи').waitFor()
      await fact(page, 'Время ответа')
        .getByText(/^\d+ мс/)
        .waitFor()
      await page.getByText(/Свободно .+ из /).waitFor()
      await fact(page, 'Версия').getByText('95', { exact: true }).waitFor()
      await fact(page, 'Ключ сервера').getByText('Закреплён').waitFor()
      await fact(page, 'Ключ сервера')
        .getByText(/SHA256:/)
        .waitFor()
      await fact(page, 'Сейчас').getByText('Ничего не передаётся').waitFor()

      const { id } = await office.office.addPackage({ version: 96_000, size: 300_000 })
      await office.api('POST', `/packages/${id}/distribute`, { stores: ['M1'] })
      await row(page, '00096000').getByText('Есть на сервере').waitFor()
      await row(page, '00096000')
        .getByText(/300 КБ|300 кБ/)
        .waitFor()
      await shoot(page, 'server-ru-light')
      expect(await violations(page)).toEqual([])

      await office.office.db.pool.query(
        `UPDATE store_package SET state = 'absent', reason = 'diskFull', present_at = NULL, not_before = now() + interval '1 hour'`,
      )
      await office.office.db.pool.query(`UPDATE store_contact SET free_bytes = total_bytes / 100`)
      await page.reload()
      await row(page, '00096000').getByText('Нет места').waitFor()
      await page.getByText('Места почти нет: освободите диск').waitFor()
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'the server: an upload shows how far it is, a changed key is loud, a viewer may not ask',
    async () => {
      const { db } = office.office
      await db.pool.query(
        `UPDATE store_package SET state = 'uploading', reason = NULL, not_before = NULL, done_bytes = 130000, lease_until = now() + interval '5 min'`,
      )
      await office.fleet.store('M2').setFault({ kind: 'hostKeyChanged' })
      await command({ kind: 'look', selection: { stores: ['M2'] } })
      const { page, faults, close, go } = await open('stores/M1/server', { role: 'viewer', scheme: 'dark' })
      const bar = page.getByRole('progressbar', { name: /Загружено 43 % пакета 00096000/ })
      await bar.waitFor()
      await soon(() => bar.getAttribute('aria-valuenow')).toBe('43')
      await fact(page, 'Сейчас').getByText('Загружается пакет 00096000: 43 %').waitFor()
      const ask = page.getByRole('button', { name: 'Опросить' })
      expect(await ask.getAttribute('aria-disabled')).toBe('true')
      await ask.hover()
      await page.getByText('Вашей роли это не разрешено').waitFor()
      await shoot(page, 'server-ru-dark')
      await go('stores/M2/server')
      await fact(page, 'Ключ сервера').getByText('Ключ изменился: ничего не передаётся').waitFor()
      await fact(page, 'Ключ сервера')
        .getByText(/Показывает SHA256:/)
        .waitFor()
      await fact(page, 'Связь')
        .getByText(/Связи нет: Ключ изменился/)
        .waitFor()
      await shoot(page, 'server-changed')
      expect(await violations(page)).toEqual([])
      expect(faults).toEqual([])
      await close()
      await db.pool.query(
        `UPDATE store_package SET state = 'present', lease_until = NULL, present_at = now(), done_bytes = 300000`,
      )
    },
    TEST_MS,
  )

  it(
    'the journal: filtered by choices, told of what is new, exported whole',
    async () => {
      const [cashId = ''] = tills
      await command({ kind: 'message', text: 'раньше', cashIds: [cashId] })
      const { page, faults, close } = await open('stores/M1/journal')
      await page.getByRole('heading', { name: 'Журнал сервера' }).waitFor()
      const list = page.getByRole('region', { name: 'События, новые сверху' })
      await list
        .getByText(/Пакет: .*Есть на сервере/)
        .first()
        .waitFor()
      await page.getByRole('combobox', { name: 'Вид события' }).selectOption({ label: 'Пакеты' })
      await isAt(page, /filter=code/)
      await list.getByText(/нужен на сервере магазина M1/).waitFor()
      await soon(() => page.getByRole('textbox', { name: 'Фильтр событий' }).inputValue()).toContain(
        'code:package*',
      )
      await page
        .getByRole('combobox', { name: 'Вид события' })
        .selectOption({ label: 'Поручения и сообщения' })
      await page.getByRole('combobox', { name: 'За время' }).selectOption({ label: 'За сутки' })
      await isAt(page, /from=-24h/)
      await list.locator('[data-code="commandEnded"]').first().waitFor()
      await isLoaded(page)
      const before = await list.locator('.journal-row[data-code]').count()
      await command({ kind: 'message', text: 'новость', cashIds: [cashId] })
      const pill = page.getByRole('button', { name: /\d+ нов/ })
      await pill.waitFor()
      expect(await list.locator('.journal-row[data-code]').count()).toBe(before)
      await shoot(page, 'journal-ru-light')
      expect(await violations(page)).toEqual([])
      await pill.click()
      await pill.waitFor({ state: 'detached' })
      await list.getByText(`Сообщение, касса ${cashId}: готово`).first().waitFor()

      await page.getByRole('combobox', { name: 'Касса', exact: true }).selectOption({ value: `"${cashId}"` })
      await isAt(page, /cashId/)
      await soon(() => list.locator('.journal-row[data-code] button').allTextContents()).toSatisfy(
        (all: string[]) => all.length > 0 && all.every((one) => one === cashId),
      )
      await page.getByRole('button', { name: 'Выгрузить CSV' }).click()
      const link = page.getByRole('link', { name: /Скачать journal-M1-.*\.csv/ })
      const [file] = await Promise.all([page.waitForEvent('download'), link.click()])
      const lines = readFileSync((await file.path()) ?? '', 'utf8')
        .trimEnd()
        .split('\r\n')
      expect(lines[0]).toBe('\uFEFFВремя;Часовой пояс;Магазин;Касса;Код;Кто;Событие')
      expect(lines).toHaveLength(1 + (await list.locator('.journal-row[data-code]').count()))
      expect(lines[1]).toContain(`;M1;${cashId};commandEnded;`)
      await list.getByRole('button', { name: cashId }).first().click()
      await isAt(page, new RegExp(`till=${cashId}`))
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )
})
