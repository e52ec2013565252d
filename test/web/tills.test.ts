/** «Кассы/обновление касс»: the old page’s list, and what is done to ticked tills. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { violations } from './looks.ts'
import { CHROMIUM, type PageOffice } from './page-office.ts'
import { isAt, isLive, press, soon } from './soon.ts'
import { cell, drawer, line, openTillsOffice, row, TEST_MS } from './tills-rig.ts'

describeWith(CHROMIUM, 'the tills of a store', () => {
  let office: PageOffice
  beforeAll(async () => {
    ;({ office } = await openTillsOffice())
  }, 240_000)
  afterAll(() => office?.close())

  it(
    'lists them in the old page’s columns and forms',
    async () => {
      const { page, go, faults, close } = await office.visit()
      await go('stores/M1/tills')
      await row(page, '50001002').waitFor()
      const heads = await page.getByRole('columnheader').allTextContents()
      expect(heads.map((text) => text.trim())).toEqual([
        '',
        ...['№', 'Номер', 'Название', 'Адрес кассы', 'Состояние', 'Версия', 'Смена', 'Сумма', 'Кассир'],
        ...['Авто-обновление', 'Загрузка'],
      ])
      // Self-checkouts have number 0 and come first, as there.
      const first = await page.locator('.list-row[data-key]').first().getByRole('cell').allTextContents()
      expect(first.slice(1, 4)).toEqual(['1', '0', 'Терминал самообслуживания id = 50001006'])
      const said = async (cashId: string, column: string) =>
        ((await cell(page, cashId, column).textContent()) ?? '').replaceAll(/\s/g, ' ')
      expect(await said('50001002', 'shift')).toBe('Открыта (1)')
      expect(await said('50001006', 'sum')).toBe('0,50')
      expect(await said('50001006', 'cashier')).toBe('Пользователь SCO')
      expect(await said('50001003', 'cashier')).toBe('----')
      expect(await said('50001003', 'shift')).toBe('')
      expect(await said('50001003', 'autoUpdate')).toBe('Выключено')
      expect(await said('50001003', 'download')).toBe('Нет')
      expect(await said('50001003', 'state')).toBe('On-line')
      expect(await said('50001003', 'version')).toBe('95')
      expect(await violations(page)).toEqual([])
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'sorts and filters at the server, and keeps both in the address',
    async () => {
      const { page, go, faults, close } = await office.visit()
      await go('stores/M1/tills')
      await page.getByRole('button', { name: 'Сумма' }).click()
      await isAt(page, /sort=sum/)
      const head = page.getByRole('columnheader', { name: 'Сумма' })
      await soon(() => head.getAttribute('aria-sort')).toBe('ascending')
      await page.getByRole('button', { name: 'Сумма' }).click()
      await isAt(page, /sort=-sum/)
      await soon(() => page.locator('.list-row[data-key]').first().getAttribute('data-key')).toBe('50001007')
      await page.getByRole('button', { name: 'Смена открыта' }).click()
      await isAt(page, /filter=shift/)
      await soon(() => page.locator('.list-row[data-key]').count()).toBe(3)
      await page.reload()
      await soon(() => page.locator('.list-row[data-key]').count()).toBe(3)
      await page.getByRole('button', { name: 'Смена открыта' }).click()
      await soon(() => page.locator('.list-row[data-key]').count()).toBe(6)
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'sends a message to ticked tills and closes shifts, and says what became of it at each',
    async () => {
      await office.fleet.device('50001012').setStatus({ drawer: 5000 })
      const { page, go, faults, close } = await office.visit({ role: 'operator' })
      await go('stores/M2/tills')
      const button = page.getByRole('button', { name: 'Отправить сообщение' })
      await button.waitFor()
      expect(await button.getAttribute('aria-disabled')).toBe('true')
      await isLive(page)
      await press(page.getByRole('checkbox', { name: 'Отметить: Терминал №1', exact: true }), true)
      await press(page.getByRole('checkbox', { name: /50001012/ }), true)
      await press(page.getByRole('checkbox', { name: /50001013/ }), true)
      await button.click()
      const compose = page.getByRole('dialog', { name: 'Отправить сообщение' })
      await compose.getByText('Получат 3 кассы').waitFor()
      const send = compose.getByRole('button', { name: 'Отправить', exact: true })
      expect(await send.isDisabled()).toBe(true)
      await compose.getByLabel('Текст сообщения').fill('Закройте смену\nи не выключайте кассу')
      expect(await violations(page)).toEqual([])
      await send.click()
      const progress = page.getByRole('region', { name: 'Ход выполнения: Сообщение' })
      await progress.getByText('готово 3 из 3').waitFor()
      expect(office.fleet.device('50001012').state.messages).toEqual([
        'Закройте смену\nи не выключайте кассу',
      ])

      await page.getByRole('button', { name: 'Закрыть смену', exact: true }).click()
      const ask = page.getByRole('dialog', { name: 'Закрыть смену' })
      await ask.getByText('Получат 3 кассы').waitFor()
      await ask.getByRole('button', { name: 'Закрыть смену', exact: true }).click()
      const closing = page.getByRole('region', { name: 'Ход выполнения: Закрытие смены' })
      await closing.getByText('готово 2 из 3').waitFor()
      await closing.locator('[data-till="50001012"]').getByText('Деньги не изъяты').waitFor()
      await soon(() => cell(page, '50001013', 'shift').textContent()).toBe('')
      await soon(() => cell(page, '50001012', 'shift').textContent()).toBe('Открыта (1)')
      expect(await violations(page)).toEqual([])
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'lets a viewer look and nothing else',
    async () => {
      const { page, go, faults, close } = await office.visit({ role: 'viewer', scheme: 'dark' })
      await go('stores/M1/tills?till=50001006')
      const start = line(page, 'Загрузка обновлений', 'Состояние').getByRole('button', { name: 'Старт' })
      expect(await start.getAttribute('aria-disabled')).toBe('true')
      await start.hover()
      await page.getByRole('tooltip', { name: 'Вашей роли это не разрешено' }).waitFor()
      expect(await drawer(page).getByLabel('Название').getAttribute('readonly')).not.toBeNull()
      expect(await violations(page)).toEqual([])
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )
})
