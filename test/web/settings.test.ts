/** Settings: what a role may not do, and every section on a narrow screen by night. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { expectClean, shoot } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { button, TEST_MS } from './settings-rig.ts'
import { isLoaded, soon } from './soon.ts'

describeWith(CHROMIUM, 'the settings', () => {
  let office: PageOffice
  beforeAll(async () => {
    office = await openPageOffice()
  }, 240_000)
  afterAll(() => office?.close())

  it(
    'an operator sees what is locked and why, and may look at keys without deciding',
    async () => {
      const operator = await office.visit({ role: 'operator' })
      const { page, go, close } = operator
      await go('settings')
      const nav = page.getByRole('navigation', { name: 'Настройки' })
      await soon(() => nav.getByRole('link', { name: /закрыто/ }).count()).toBe(2)
      await nav.getByRole('link', { name: /Пользователи/ }).click()
      await page.getByText('Пользователями управляет только администратор').waitFor()
      await expectClean(operator)
      await shoot(page, 'locked')
      await nav.getByRole('link', { name: /Список магазинов/ }).click()
      await page.getByText('Список магазинов загружает только администратор').waitFor()
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'CSV для Excel' }).click(),
      ])
      expect(download.suggestedFilename()).toBe('fleet.csv')
      await nav.getByRole('link', { name: /Ключи узлов/ }).click()
      const begin = button(page, 'Запросить ключи')
      expect(await begin.getAttribute('aria-disabled')).toBe('true')
      await begin.hover()
      await page.getByRole('tooltip', { name: 'Вашей роли это не разрешено' }).waitFor()
      await nav.getByRole('link', { name: 'Группы' }).click()
      await page.getByRole('heading', { name: 'Конфигурационные группы' }).waitFor()
      await expectClean(operator)
      await shoot(page, 'groups')
      await nav.getByRole('link', { name: 'О системе' }).click()
      await page.getByText('База данных').waitFor()
      await soon(() => page.getByText('отвечает', { exact: true }).count()).toBe(2)
      await expectClean(operator)
      await shoot(page, 'about')
      await close()
    },
    TEST_MS,
  )

  it(
    'in the dark, in English and on a narrow screen nothing is out of reach',
    async () => {
      const night = await office.visit({
        scheme: 'dark',
        language: 'en',
        viewport: { width: 720, height: 900 },
      })
      const { page, go, close } = night
      for (const [section, text] of [
        ['fleet', 'Choose a file'],
        ['hosts', 'Ask for keys'],
        ['hosts?tab=pinned', 'Keys that are trusted'],
        ['hosts?tab=own', 'Keys by which tills fetch packages'],
        ['people', 'Add a user'],
        ['tokens', 'Make a token'],
        ['groups', 'Configuration groups'],
        ['password', 'Change the password'],
        ['about', 'Description of the API'],
      ] as const) {
        await go(`settings/${section}`)
        await page.getByText(text, { exact: false }).first().waitFor()
        await isLoaded(page)
        await expectClean(night)
        await shoot(page, `dark-${section.replace('?tab=', '-')}`)
        const beyond = () => page.evaluate('document.documentElement.scrollWidth - innerWidth')
        await soon(beyond).toBeLessThanOrEqual(0)
      }
      await close()
    },
    TEST_MS,
  )
})
