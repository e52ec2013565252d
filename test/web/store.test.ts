/** The other five tabs of the equipment monitor, and the journal of the chain: click by click. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { shoot, violations } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice, type Visitor } from './page-office.ts'

const WITHIN = 30_000
const TEST_MS = 90_000
const DAY_MS = 86_400_000
const fact = (page: Page, label: string) =>
  page.locator('dt', { hasText: new RegExp(`^${label}$`) }).locator('xpath=following-sibling::dd[1]')
const row = (page: Page, key: string) => page.locator(`[data-key="${key}"]`)

describeWith(CHROMIUM, 'the tabs of a store', () => {
  let office: PageOffice
  let tills: string[]

  const command = async (body: object): Promise<string> => {
    const { id } = await office.api<{ id: string }>('POST', '/commands', body)
    await until(async () => (await office.api<{ isOver: boolean }>('GET', `/commands/${id}`)).isOver, {
      within: WITHIN,
      label: 'the command ends',
    })
    return id
  }
  const sayFiscal = async (cashId: string, part: object): Promise<void> => {
    await office.office.db.pool.query(
      `UPDATE device_status SET status = jsonb_set(status, '{fiscal}', (status->'fiscal') || $2::jsonb)
       WHERE device_id = (SELECT id FROM device WHERE cash_id = $1)`,
      [cashId, JSON.stringify(part)],
    )
  }

  beforeAll(async () => {
    office = await openPageOffice({
      fleet: { stores: 2, tills: 12, shifts: 'seed', storeServers: true, timeZones: ['Europe/Moscow'] },
    })
    const { devices } = await office.api<{ devices: { cashId: string; kind: string }[] }>('GET', '/stores/M1')
    tills = devices.filter(({ kind }) => kind !== 'storeServer').map(({ cashId }) => cashId)
    await office.office.db.pool.query(
      `INSERT INTO device (id, store_id, kind, cash_id, number, name, host, host_keys)
       SELECT gen_random_uuid(), id, 'priceChecker', 'pc' || n, 90 + n, 'Прайс-чекер у входа ' || n,
         CASE WHEN n = 1 THEN '10.0.0.41' END, '{}' FROM store, generate_series(1, 2) n WHERE code = 'M1'`,
    )
  }, 120_000)
  afterAll(() => office?.close())

  const open = async (where: string, options: Parameters<PageOffice['visit']>[0] = {}): Promise<Visitor> => {
    const visitor = await office.visit(options)
    await visitor.go(where)
    return visitor
  }

  it(
    'the server: unknown at first, then asked, then what comes to it, then another key',
    async () => {
      const { page, faults, close } = await open('stores/M1/server')
      await page.getByRole('heading', { name: 'Монитор сервера' }).waitFor()
      await page.getByText('Ещё не было связи').waitFor()
      await page.getByText('Нет данных: сервер ещё не сказал').waitFor()
      expect(await fact(page, 'Время ответа').textContent()).toBe('Нет данных')
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
      expect(await bar.getAttribute('aria-valuenow')).toBe('43')
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
    'fiscal devices: trouble first, ages computed, a row opens its till',
    async () => {
      await command({ kind: 'look', selection: { stores: ['M1'], kinds: ['till', 'selfCheckout'] } })
      const [first = '', second = '', third = ''] = tills
      for (const cashId of tills)
        await sayFiscal(cashId, { ofdQueue: { length: 0, firstNumber: null, firstAt: null } })
      const ago = (days: number) => new Date(Date.now() - days * DAY_MS - 60_000).toISOString()
      await sayFiscal(third, { ofdQueue: { length: 15, firstNumber: 15, firstAt: ago(54) } })
      await sayFiscal(second, { ofdQueue: { length: 15, firstNumber: 15, firstAt: ago(1) } })
      await sayFiscal(first, { validUntil: new Date(Date.now() + 20.5 * DAY_MS).toISOString() })
      const { page, faults, close } = await open('stores/M1/fiscal')
      await page.getByRole('heading', { name: 'Состояние ККТ' }).waitFor()
      await row(page, third).waitFor()
      for (const name of [
        ...['Номер ФН', 'Состояние ФН', 'Обмен с ОФД', 'Дата закрытия смены'],
        ...['Срок действия ФН, до', 'Версия ФФД'],
      ])
        expect(await page.getByRole('columnheader', { name }).count(), name).toBe(1)
      const keys = async () =>
        Promise.all((await page.locator('tbody tr').all()).map((one) => one.getAttribute('data-key')))
      expect((await keys())[0]).toBe(third)
      expect((await keys()).slice(1, 3).sort()).toEqual([first, second].sort())
      await row(page, third)
        .getByText(/не может продавать/)
        .waitFor()
      await row(page, third)
        .getByText(/15 документов · ждут 54 дн/)
        .waitFor()
      await row(page, second)
        .getByText('Время первого документа в очереди на отправку меньше текущего времени на сутки')
        .waitFor()
      await row(page, first).getByText('ещё 20 дней').waitFor()
      await row(page, first).getByText('Всё в порядке').waitFor()
      await shoot(page, 'fiscal-ru-light')
      expect(await violations(page)).toEqual([])
      await page.getByRole('button', { name: /Критично/ }).click()
      await page.waitForURL(/state=bad/)
      expect(await keys()).toEqual([third])
      await row(page, third).focus()
      await page.keyboard.press('Enter')
      await page.waitForURL(new RegExp(`till=${third}`))
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'messages: written, aimed, delivered or refused with the reason',
    async () => {
      const { devices } = await office.api<{ devices: { cashId: string; kind: string; name: string }[] }>(
        'GET',
        '/stores/M1',
      )
      const staffed = devices.filter(({ kind }) => kind === 'till')
      const refusing = staffed[1]?.cashId ?? ''
      office.fleet
        .device(refusing)
        .faults.set({ kind: 'refuseVerb', verb: 'message', reason: 'internalError' })
      const { page, faults, close } = await open('stores/M1/messages')
      await page.getByText('Сообщений ещё не отправляли').waitFor()
      const send = page.getByRole('button', { name: 'Отправить сообщение' })
      expect(await send.getAttribute('aria-disabled')).toBe('true')
      await page.getByRole('button', { name: /Закройте смену, кассу и ККТ не выключайте/ }).click()
      const text = page.getByRole('textbox', { name: 'Текст сообщения' })
      expect(await text.inputValue()).toBe('Ночью обновление. Закройте смену, кассу и ККТ не выключайте')
      await page.getByText('Знаков: 59 из 1000').waitFor()
      await page.getByText(new RegExp(`Получат ${tills.length} касс`)).waitFor()
      await page.getByText('Только кассам с кассиром').click()
      await page.getByText(new RegExp(`Получ(ат|ит) ${staffed.length} касс`)).waitFor()
      await page.getByText('Выбранным').click()
      expect(await send.getAttribute('aria-disabled')).toBe('true')
      await page.getByRole('combobox', { name: 'Кассы' }).click()
      for (const one of staffed.slice(0, 2)) await page.getByRole('option', { name: one.name }).click()
      await page.keyboard.press('Escape')
      await page.getByText('Получат 2 кассы').waitFor()
      await shoot(page, 'messages-compose')
      await send.click()
      await page.waitForURL(/id=/)
      await page.getByText('Доставлено', { exact: true }).waitFor()
      const refused = page.locator(`tr[data-key="${refusing}"]`)
      await refused.getByText(/^(Не|Пока не) доставлено/).waitFor()
      expect((await refused.locator('td').nth(2).textContent())?.trim()).not.toBe('')
      await page.getByText('доставлено 1 из 2').waitFor()
      await shoot(page, 'messages-ru-light')
      expect(await violations(page)).toEqual([])
      expect(await text.inputValue()).toBe('')
      expect(await page.getByText(/прочитано/i).count()).toBe(0)
      expect(faults).toEqual([])
      await close()
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
      await page.waitForURL(/filter=code/)
      await list.getByText(/нужен на сервере магазина M1/).waitFor()
      expect(await page.getByRole('textbox', { name: 'Фильтр событий' }).inputValue()).toContain(
        'code:package*',
      )
      await page
        .getByRole('combobox', { name: 'Вид события' })
        .selectOption({ label: 'Поручения и сообщения' })
      await page.getByRole('combobox', { name: 'За время' }).selectOption({ label: 'За сутки' })
      await page.waitForURL(/from=-24h/)
      await list.locator('[data-code="commandEnded"]').first().waitFor()
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
      await page.waitForURL(/cashId/)
      await expect
        .poll(() => list.locator('.journal-row[data-code] button').allTextContents())
        .toSatisfy((all: string[]) => all.length > 0 && all.every((one) => one === cashId))
      await page.getByRole('button', { name: 'Выгрузить CSV' }).click()
      const link = page.getByRole('link', { name: /Скачать journal-M1-.*\.csv/ })
      const [file] = await Promise.all([page.waitForEvent('download'), link.click()])
      const lines = readFileSync((await file.path()) ?? '', 'utf8')
        .trimEnd()
        .split('\r\n')
      expect(lines[0]).toBe('\uFEFFВремя;Магазин;Касса;Код;Кто;Событие')
      expect(lines).toHaveLength(1 + (await list.locator('.journal-row[data-code]').count()))
      expect(lines[1]).toContain(`;M1;${cashId};commandEnded;`)
      await list.getByRole('button', { name: cashId }).first().click()
      await page.waitForURL(new RegExp(`till=${cashId}`))
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'the journal of the chain names the store and leads there; nothing found says so',
    async () => {
      const rolloutId = randomUUID()
      await office.office.db.pool.query(
        `INSERT INTO event (code, actor, rollout_id, store_id, params)
         SELECT 'openingAtRisk', 'conductor', $1, id, '{"minutes": 12}' FROM store WHERE code = 'M1'`,
        [rolloutId],
      )
      const { page, faults, close } = await open('journal?filter=store:M1', { scheme: 'dark' })
      await page.getByRole('heading', { name: 'Журнал', exact: true }).waitFor()
      await page.getByRole('link', { name: 'M1', exact: true }).first().waitFor()
      const alarm = page.locator('[data-code="openingAtRisk"]')
      await alarm.getByText(/ТРЕВОГА: установка не завершена/).waitFor()
      expect(await alarm.getByRole('link', { name: /К обновлению/ }).getAttribute('href')).toContain(
        `/rollouts/${rolloutId}`,
      )
      await shoot(page, 'journal-chain-dark')
      expect(await violations(page)).toEqual([])
      await page.getByRole('textbox', { name: 'Фильтр событий' }).fill('code:nowhere')
      await page.getByText('Ничего не найдено').waitFor()
      await page.getByRole('textbox', { name: 'Фильтр событий' }).fill('wrong:field')
      await page.getByRole('alert').getByText('filterInvalid').waitFor()
      await page.getByRole('textbox', { name: 'Фильтр событий' }).fill('')
      await page.getByRole('link', { name: 'M1', exact: true }).first().click()
      await page.waitForURL(/stores\/M1\/journal/)
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'price checkers are listed; where there are none it says so',
    async () => {
      const { page, faults, close, go } = await open('stores/M1/price-checkers')
      await page.getByRole('heading', { name: 'Прайс-чекеры' }).waitFor()
      const cell = (key: string, column: string) => row(page, key).locator(`[data-column="${column}"]`)
      await row(page, 'pc1').waitFor()
      expect(await cell('pc1', 'host').textContent()).toBe('10.0.0.41')
      expect(await cell('pc1', 'version').textContent()).toBe('Нет данных')
      expect(await cell('pc2', 'host').textContent()).toBe('Нет')
      await shoot(page, 'price-ru-light')
      expect(await violations(page)).toEqual([])
      await go('stores/M2/price-checkers')
      await page.getByText('Прайс-чекеров в этом магазине нет').waitFor()
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )
})
