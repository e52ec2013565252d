/** «Загрузка обновлений»: the old page’s workflow from a store to the new version, click by click. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { violations } from './looks.ts'
import { CHROMIUM, type PageOffice } from './page-office.ts'
import { isAt, isLive, soon } from './soon.ts'
import { cell, drawer, line, openTillsOffice, row, TEST_MS, WITHIN } from './tills-rig.ts'

describeWith(CHROMIUM, 'downloads of tills', () => {
  let office: PageOffice
  let packageId: string
  beforeAll(async () => {
    ;({ office, packageId } = await openTillsOffice())
  }, 240_000)
  afterAll(() => office?.close())

  it(
    'choose a store, open a till, start, see it end with the message, turn auto-update on: the version changes',
    async () => {
      const { page, go, faults, close } = await office.visit({ role: 'operator' })
      await go('stores')
      await page.getByRole('button', { name: 'Выберите магазин' }).click()
      await page.getByRole('option', { name: /\(M1\)/ }).click()
      await isLive(page)
      await row(page, '50001003').click()
      await isAt(page, /till=50001003/)
      await line(page, 'Загрузка обновлений', 'Состояние').getByText('Доступна версия 96').waitFor()
      await line(page, 'Загрузка обновлений', 'Состояние').getByRole('button', { name: 'Старт' }).click()
      await drawer(page).getByRole('progressbar', { name: 'Прогресс' }).waitFor()
      await soon(() => cell(page, '50001003', 'download').textContent()).toMatch(/\d+ %/)
      const message = line(page, 'Загрузка обновлений', 'Прогресс').getByText('Скачивание')
      await message.waitFor()
      expect(await message.textContent()).toMatch(
        /^\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d: Скачивание пакетов обновлений до версии 00096000 успешно завершено$/,
      )
      const state = line(page, 'Загрузка обновлений', 'Состояние').locator('.terminal-value')
      await soon(() => state.textContent()).toBe('Нет')
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
      await soon(() => cell(page, '50001003', 'version').textContent()).toBe('96')
      await soon(() => cell(page, '50001003', 'autoUpdate').textContent()).toBe('Включено')
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
      await soon(() => cell(page, '50001004', 'download').textContent()).toBe('Нет')
      expect(faults).toEqual([])
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
})
