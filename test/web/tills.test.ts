/** «Кассы/обновление касс» and «Настройки терминала»: the old page's workflow, click by click. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { violations } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'

const WITHIN = 30_000
const TEST_MS = 90_000

const row = (page: Page, cashId: string) => page.locator(`[data-key="${cashId}"]`)
const cell = (page: Page, cashId: string, column: string) =>
  row(page, cashId).locator(`[data-column="${column}"]`)
const drawer = (page: Page) => page.getByRole('dialog', { name: 'Настройки терминала' })
const line = (page: Page, section: string, label: string) =>
  drawer(page)
    .getByRole('region', { name: section })
    .locator('.terminal-row')
    .filter({ has: page.getByText(label, { exact: true }) })

describeWith(CHROMIUM, 'the tills of a store', () => {
  let office: PageOffice
  let packageId: string

  const command = async (body: object): Promise<void> => {
    const { id } = await office.api<{ id: string }>('POST', '/commands', body)
    await until(
      async () => {
        const { isOver } = await office.api<{ isOver: boolean }>('GET', `/commands/${id}`)
        return isOver
      },
      { within: WITHIN, label: 'the command ends' },
    )
  }

  beforeAll(async () => {
    office = await openPageOffice({
      fleet: {
        stores: 2,
        tills: 12,
        shifts: 'seed',
        timeZones: ['Europe/Moscow'],
        installsByItself: true,
        speed: { downloadBytesPerSecond: 400_000 },
      },
    })
    ;({ id: packageId } = await office.office.addPackage({ version: 96_000, size: 800_000 }))
    await office.api('POST', `/packages/${packageId}/distribute`, { selection: { stores: ['M1'] } })
    await command({ kind: 'look', selection: {} })
    await until(
      async () => {
        const { packages } = await office.api<{ packages: { state: string }[] }>('GET', '/stores/M1')
        return packages[0]?.state === 'present'
      },
      { within: WITHIN, label: 'the package lies in the store' },
    )
  }, 120_000)
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
      await page.waitForURL(/sort=sum/)
      await page.getByRole('button', { name: 'Сумма' }).click()
      await page.waitForURL(/sort=-sum/)
      await expect
        .poll(() => page.locator('.list-row[data-key]').first().getAttribute('data-key'))
        .toBe('50001007')
      await page.getByRole('button', { name: 'Смена открыта' }).click()
      await page.waitForURL(/filter=shift/)
      await expect.poll(() => page.locator('.list-row[data-key]').count()).toBe(3)
      await page.reload()
      await expect.poll(() => page.locator('.list-row[data-key]').count()).toBe(3)
      await page.getByRole('button', { name: 'Смена открыта' }).click()
      await expect.poll(() => page.locator('.list-row[data-key]').count()).toBe(6)
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'choose a store, open a till, start, see it end with the message, turn auto-update on: the version changes',
    async () => {
      const { page, go, faults, close } = await office.visit({ role: 'operator' })
      await go('stores')
      await page.getByRole('button', { name: 'Выберите магазин' }).click()
      await page.getByRole('option', { name: /\(M1\)/ }).click()
      await row(page, '50001003').click()
      await page.waitForURL(/till=50001003/)
      await line(page, 'Загрузка обновлений', 'Состояние').getByText('Доступна версия 96').waitFor()
      await line(page, 'Загрузка обновлений', 'Состояние').getByRole('button', { name: 'Старт' }).click()
      await drawer(page).getByRole('progressbar', { name: 'Прогресс' }).waitFor()
      await expect
        .poll(() => cell(page, '50001003', 'download').textContent(), { timeout: WITHIN })
        .toMatch(/\d+ %/)
      const message = line(page, 'Загрузка обновлений', 'Прогресс').getByText('Скачивание')
      await message.waitFor()
      expect(await message.textContent()).toMatch(
        /^\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d: Скачивание пакетов обновлений до версии 00096000 успешно завершено$/,
      )
      const state = line(page, 'Загрузка обновлений', 'Состояние').locator('.terminal-value')
      await expect.poll(() => state.textContent()).toBe('Нет')
      await line(page, 'Управление', 'Авто-обновление').getByRole('button', { name: 'Включить' }).click()
      await page
        .getByRole('dialog', { name: 'Включить авто-обновление?' })
        .getByRole('button', { name: 'Включить' })
        .click()
      await line(page, 'Управление', 'Авто-обновление').getByText('Включено').waitFor()
      await line(page, 'Управление', 'Авто-обновление').getByText('Готово').waitFor()
      await until(() => office.fleet.device('50001003').version === 96_000, {
        within: WITHIN,
        label: 'it installs',
      })
      await drawer(page).getByRole('button', { name: 'Опросить' }).click()
      await drawer(page)
        .locator('.terminal-field')
        .filter({ hasText: 'Версия' })
        .getByText('96', { exact: true })
        .waitFor()
      expect(await violations(page)).toEqual([])
      await drawer(page).getByRole('button', { name: 'Закрыть окно' }).click()
      await expect.poll(() => cell(page, '50001003', 'version').textContent()).toBe('96')
      expect(await cell(page, '50001003', 'autoUpdate').textContent()).toBe('Включено')
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'closes the shift of one till from its window',
    async () => {
      const { page, go, faults, close } = await office.visit({ role: 'operator' })
      await go('stores/M1/tills?till=50001002')
      await line(page, 'Управление', 'Смена').getByText('Открыта (1)').waitFor()
      await line(page, 'Управление', 'Смена').getByRole('button', { name: 'Закрыть' }).click()
      await page
        .getByRole('dialog', { name: 'Закрыть смену?' })
        .getByRole('button', { name: 'Закрыть', exact: true })
        .last()
        .click()
      await line(page, 'Управление', 'Смена').getByText('Открыта').waitFor({ state: 'detached' })
      // Only while one is open.
      await line(page, 'Управление', 'Смена')
        .getByRole('button', { name: 'Закрыть' })
        .waitFor({ state: 'detached' })
      expect(office.fleet.device('50001002').machine.view().shift?.open).toBe(false)
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
      await page.getByRole('checkbox', { name: 'Отметить: Терминал №1', exact: true }).check()
      await page.getByRole('checkbox', { name: /50001012/ }).check()
      await page.getByRole('checkbox', { name: /50001013/ }).check()
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
      await expect.poll(() => cell(page, '50001013', 'shift').textContent()).toBe('')
      expect(await cell(page, '50001012', 'shift').textContent()).toBe('Открыта (1)')
      expect(await violations(page)).toEqual([])
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'starts the download of the whole store: the newest package, and who is left out',
    async () => {
      const { page, go, faults, close } = await office.visit({ role: 'operator' })
      await go('stores/M1/tills')
      await page.getByRole('button', { name: 'Старт' }).click()
      const ask = page.getByRole('dialog', { name: 'Загрузка обновлений: Старт' })
      await ask.getByText('Получат 5 касс').waitFor()
      expect(await ask.getByLabel('Пакет').inputValue()).toBe(packageId)
      await ask.getByText('Не войдёт 1 касса').waitFor()
      await ask.getByText('Уже обновлена').waitFor()
      await ask.getByRole('button', { name: 'Старт' }).click()
      await page.getByText('готово 5 из 5').waitFor({ timeout: 60_000 })
      await expect.poll(() => cell(page, '50001004', 'download').textContent()).toBe('Нет')
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'edits a till, says at the field what is wrong, and never loses what was typed by a slip',
    async () => {
      const { page, go, faults, close } = await office.visit({ role: 'operator' })
      await go('stores/M1/tills?till=50001004')
      await drawer(page).getByLabel('Название').fill('')
      await drawer(page).getByText('Укажите название').waitFor()
      expect(await drawer(page).getByRole('button', { name: 'Сохранить' }).isDisabled()).toBe(true)
      await drawer(page).getByLabel('Название').fill('Касса у входа')
      await drawer(page).getByLabel('Номер', { exact: false }).nth(0).waitFor()
      await drawer(page).getByRole('textbox', { name: 'Номер', exact: true }).fill('1')
      await page.keyboard.press('Escape')
      const leave = page.getByRole('dialog', { name: 'Закрыть без сохранения?' })
      await leave.getByText('Название, Номер').waitFor()
      await leave.getByRole('button', { name: 'Отмена' }).click()
      await drawer(page).getByRole('button', { name: 'Сохранить' }).click()
      // The other one has number 1.
      await drawer(page)
        .locator('.terminal-field')
        .filter({ hasText: 'Номер' })
        .getByText('Номер в магазине повторяется')
        .waitFor()
      await drawer(page).getByRole('textbox', { name: 'Номер', exact: true }).fill('44')
      await drawer(page).getByRole('button', { name: 'Изменить' }).click()
      const chooser = page.getByRole('dialog', { name: 'Выбор конфигурационной группы' })
      await chooser.getByLabel('Новая группа').check()
      await chooser.getByRole('textbox', { name: 'Новая группа' }).fill('Экспресс')
      await chooser.getByRole('button', { name: 'Выбрать' }).click()
      await drawer(page).getByRole('button', { name: 'Сохранить' }).click()
      await drawer(page).getByText('Сохранено').waitFor()
      const saved = await office.api<object>('GET', '/devices/50001004')
      expect(saved).toMatchObject({ name: 'Касса у входа', number: 44, configuration: 'Экспресс' })
      await drawer(page).getByRole('button', { name: 'Отмена' }).click()
      await expect.poll(() => cell(page, '50001004', 'name').textContent()).toBe('Касса у входа')
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'tells what somebody else changed meanwhile, and saves nothing over it',
    async () => {
      const { page, go, faults, close } = await office.visit({ role: 'operator' })
      // It hears of it from the refusal alone.
      await page.route(/\/api\/v1\/live\b/, (route) => route.abort())
      await go('stores/M1/tills?till=50001005')
      await drawer(page).getByLabel('Регистрационный номер').fill('0001')
      const other = await office.visit({ role: 'operator' })
      await other.go('stores/M1/tills?till=50001005')
      await drawer(other.page).getByLabel('Название').fill('Касса соседа')
      await drawer(other.page).getByRole('button', { name: 'Сохранить' }).click()
      await drawer(other.page).getByText('Сохранено').waitFor()
      await drawer(page).getByRole('button', { name: 'Сохранить' }).click()
      const alarm = drawer(page).getByRole('alert')
      await alarm.getByText('Название: было «Терминал №4», стало «Касса соседа»').waitFor()
      expect(await drawer(page).getByRole('button', { name: 'Сохранить' }).isDisabled()).toBe(true)
      await alarm.getByRole('button', { name: 'Оставить мои изменения' }).click()
      await drawer(page).getByRole('button', { name: 'Сохранить' }).click()
      await drawer(page).getByText('Сохранено').waitFor()
      expect(await office.api<object>('GET', '/devices/50001005')).toMatchObject({
        name: 'Касса соседа',
        registrationNumber: '0001',
      })
      expect([...faults, ...other.faults]).toEqual([])
      await other.close()
      await close()
    },
    TEST_MS,
  )

  it(
    'shows how an update went: steps over the clock, attempts, and the journal as text',
    async () => {
      const rollout = await office.office.rollOut(packageId, { selection: { cashIds: ['50001005'] } })
      await until(
        async () => {
          const { state } = await office.api<{ state: string }>('GET', `/rollouts/${rollout}`)
          return state === 'finished'
        },
        { within: 60_000, label: 'the rollout ends' },
      )
      const { page, go, faults, close } = await office.visit({ role: 'viewer' })
      await go('stores/M1/tills?till=50001005&tillTab=updates')
      await drawer(page)
        .getByRole('button', { name: /95 → 96/ })
        .click()
      await drawer(page).getByRole('img', { name: 'Ход по времени' }).waitFor()
      const steps = await drawer(page).locator('.terminal-lane-name').allTextContents()
      expect(steps).toEqual(expect.arrayContaining(['Загрузка', 'Разрешение установки', 'Перезапуск']))
      const log = drawer(page).getByRole('region', { name: 'Журнал обновления' })
      expect(await log.locator('pre').textContent()).toMatch(/Обновлена/)
      await log.getByRole('button', { name: 'Копировать' }).waitFor()
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
