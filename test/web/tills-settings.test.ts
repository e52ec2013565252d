/** «Настройки терминала»: what is changed there, and by whom meanwhile. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { CHROMIUM, type PageOffice } from './page-office.ts'
import { isLive, soon } from './soon.ts'
import { cell, drawer, line, openTillsOffice, TEST_MS } from './tills-rig.ts'

describeWith(CHROMIUM, 'the settings of a till', () => {
  let office: PageOffice
  beforeAll(async () => {
    ;({ office } = await openTillsOffice())
  }, 240_000)
  afterAll(() => office?.close())

  it(
    'closes the shift of one till from its window',
    async () => {
      const { page, go, faults, close } = await office.visit({ role: 'operator' })
      await go('stores/M1/tills?till=50001002')
      await line(page, 'Управление', 'Смена').getByText('Открыта (1)').waitFor()
      await isLive(page)
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
      await soon(() => cell(page, '50001004', 'name').textContent()).toBe('Касса у входа')
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
})
