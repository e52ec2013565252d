/** The tabs of the equipment monitor beside tills and server, and the journal of the chain: click by click. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { shoot, violations } from './looks.ts'
import { CHROMIUM, type PageOffice } from './page-office.ts'
import { isAt, isDrawn, soon } from './soon.ts'
import { openStoreOffice, row, type StoreOffice, TEST_MS } from './store-rig.ts'

const DAY_MS = 86_400_000

describeWith(CHROMIUM, 'the tabs of a store', () => {
  let office: PageOffice
  let command: StoreOffice['command']
  let tills: StoreOffice['tills']
  let open: StoreOffice['open']
  beforeAll(async () => {
    ;({ office, command, open, tills } = await openStoreOffice())
  }, 240_000)
  afterAll(() => office?.close())

  const sayFiscal = async (cashId: string, part: object): Promise<void> => {
    await office.office.db.pool.query(
      `UPDATE device_status SET status = jsonb_set(status, '{fiscal}', (status->'fiscal') || $2::jsonb)
       WHERE device_id = (SELECT id FROM device WHERE cash_id = $1)`,
      [cashId, JSON.stringify(part)],
    )
  }

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
        await page.getByRole('columnheader', { name }).waitFor()
      const keys = () =>
        page.locator('tbody tr').evaluateAll((all) => all.map((one) => one.getAttribute('data-key')))
      await soon(async () => (await keys())[0]).toBe(third)
      await soon(async () => (await keys()).slice(1, 3).sort()).toEqual([first, second].sort())
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
      await isAt(page, /state=bad/)
      await soon(keys).toEqual([third])
      await isDrawn(page)
      await row(page, third).focus()
      await page.keyboard.press('Enter')
      await isAt(page, new RegExp(`till=${third}`))
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
      await soon(() => text.inputValue()).toBe('Ночью обновление. Закройте смену, кассу и ККТ не выключайте')
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
      await isAt(page, /id=/)
      await page.getByText('Доставлено', { exact: true }).waitFor()
      const refused = page.locator(`tr[data-key="${refusing}"]`)
      await refused.getByText(/^(Не|Пока не) доставлено/).waitFor()
      await soon(async () => (await refused.locator('td').nth(2).textContent())?.trim()).not.toBe('')
      await page.getByText('доставлено 1 из 2').waitFor()
      await shoot(page, 'messages-ru-light')
      expect(await violations(page)).toEqual([])
      await soon(() => text.inputValue()).toBe('')
      expect(await page.getByText(/прочитано/i).count()).toBe(0)
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'what happened in no store is told by the clock of who reads',
    async () => {
      const { page, close } = await open('journal', { timeZone: 'Pacific/Apia' })
      const time = page.locator('[data-code="signedIn"] time').first()
      await time.waitFor()
      const at = new Date((await time.getAttribute('datetime')) ?? '')
      const clock = at.toLocaleTimeString('ru', { timeZone: 'Pacific/Apia' })
      expect(await time.textContent()).toContain(clock)
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
      await isAt(page, /stores\/M1\/journal/)
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
