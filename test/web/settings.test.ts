/** Settings: the list of stores from a file, people, tokens, and what a role may not do. */
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { expectClean, shoot, violations } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice, type Visitor } from './page-office.ts'

const WITHIN = 30_000
const TEST_MS = 90_000

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const dialog = (page: Page) => page.getByRole('dialog')
const rowTexts = async (table: Locator): Promise<string[]> => {
  const rows = await table.locator('.list-row[data-key]').all()
  return Promise.all(rows.map(async (row) => (await row.getByRole('cell').allTextContents()).join(' | ')))
}
const file = (name: string, text: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })
const chooseFile = (page: Page, name: string, text: string) =>
  page.locator('input[type="file"]').setInputFiles(file(name, text))

const HEADER = 'store;storeName;timeZone;storeHost;packageFolder;packageUrl;cashId;kind;number;name;host;port'
const NEW_STORE = 'M9;Новый магазин;Europe/Moscow;10.9.0.1;/srv/packages;http://10.9.0.1/packages'
const GOOD = [
  HEADER,
  `${NEW_STORE};900001;till;1;Касса 1;10.9.0.11;22`,
  `${NEW_STORE};900002;till;2;Касса 2;10.9.0.12;22`,
]
const BAD = [
  ...[HEADER, `${NEW_STORE};900001;till;первая;Касса 1;10.9.0.11;22`],
  `${NEW_STORE};900001;kettle;2;Касса 2;10.9.0.12;99999`,
]

describeWith(CHROMIUM, 'the settings', () => {
  let office: PageOffice
  let admin: Visitor
  beforeAll(async () => {
    office = await openPageOffice()
    admin = await office.visit()
  }, 120_000)
  afterAll(() => office?.close())

  const pool = () => office.office.db.pool

  it(
    'refuses a file with every fault at its place, and applies a good one just as it was shown',
    async () => {
      const { page, go } = admin
      await go('settings/fleet')
      await chooseFile(page, 'stores.csv', BAD.join('\r\n'))
      await button(page, 'Показать изменения').click()
      await page.getByText('В файле 4 ошибки').waitFor()
      const faults = page.getByRole('table', { name: 'Ошибки файла' })
      const told = await rowTexts(faults)
      expect(told).toContain('2:9 | number | первая | Это не целое число numberInvalid')
      expect(told.some((text) => /^3:8 .*kettle/.test(text))).toBe(true)
      expect(told.some((text) => /99999/.test(text))).toBe(true)
      expect(told.some((text) => /cashIdTwice/.test(text))).toBe(true)
      expect(await button(page, 'Применить').count()).toBe(0)
      await expectClean(admin)
      await shoot(page, 'fleet-faults')

      await chooseFile(page, 'stores.csv', GOOD.join('\r\n'))
      await button(page, 'Показать изменения').click()
      const added = page.getByRole('table', { name: 'Добавится' })
      await added.getByText('900002').waitFor()
      expect(await added.locator('.list-row[data-key]').count()).toBe(3)
      await expectClean(admin)
      await shoot(page, 'fleet-preview')
      await button(page, 'Применить').click()
      await dialog(page).getByText('Добавится магазинов: 1, касс: 2.').waitFor()
      await dialog(page).getByRole('button', { name: 'Применить' }).click()
      await page.getByText('Применено').waitFor()
      const { name } = await office.api<{ name: string }>('GET', '/devices/900002')
      expect(name).toBe('Касса 2')
      await page.getByRole('link', { name: 'Ключи узлов' }).last().click()
      await page.waitForURL(/settings\/hosts\?.*state=unpinned/)
      await page.locator('tr[data-host="900002"]').getByText('Ключа нет').waitFor()
      await expectClean(admin)
    },
    TEST_MS,
  )

  it(
    'shows before and after, asks before it takes out, and looks again where the list has changed meanwhile',
    async () => {
      const { page, go } = admin
      await go('settings/fleet')
      const [header, first] = GOOD as [string, string]
      await chooseFile(
        page,
        'stores.csv',
        [header, first.replace('Касса 1', 'Главная касса').replace('till', 'selfCheckout')].join('\r\n'),
      )
      await page.getByText('убрать из списка').click()
      await button(page, 'Показать изменения').click()
      const changed = page.getByRole('table', { name: 'Изменится' })
      await changed.locator('ins', { hasText: 'Главная касса' }).waitFor()
      expect((await rowTexts(changed)).at(-1)).toMatch(/Название \| Касса 1 → Главная касса$/)
      await page.getByText('меняется вид устройства', { exact: false }).waitFor()
      await shoot(page, 'fleet-changes')
      await pool().query("UPDATE device SET name = 'Иное', revision = revision + 1 WHERE cash_id = '900001'")
      await button(page, 'Применить').click()
      await dialog(page).getByText('Будет убрано магазинов: 2, касс: 7.', { exact: false }).waitFor()
      await expectClean(admin)
      await dialog(page).getByRole('button', { name: 'Применить' }).click()
      await page.getByText('Изменились: 900001').waitFor()
      expect(await office.api<{ items: unknown[] }>('GET', '/stores')).toMatchObject({ items: { length: 3 } })
      await button(page, 'Показать изменения снова').click()
      await changed.getByText('Иное').waitFor()
      expect(await page.getByText('Изменились: 900001').count()).toBe(0)
    },
    TEST_MS,
  )

  it(
    'a user is made, chooses a password by the link in a browser of their own, and is disabled',
    async () => {
      const { page, go } = admin
      await go('settings/people')
      await button(page, 'Добавить пользователя').click()
      const form = dialog(page)
      await form.getByRole('textbox', { name: 'Логин' }).fill('ivanova')
      await form.getByRole('textbox', { name: 'Имя' }).fill('Иванова А. П.')
      await shoot(page, 'people-add')
      await expectClean(admin)
      await form.getByRole('button', { name: 'Добавить пользователя' }).click()
      await page.getByText('Пользователь ivanova добавлен').waitFor()
      await button(page, 'Получить ссылку').click()
      const link = await dialog(page).getByRole('textbox', { name: 'Ссылка для выбора пароля' }).inputValue()
      expect(link).toContain('/password/')
      await expectClean(admin)
      await shoot(page, 'people-link')
      await dialog(page).getByRole('button', { name: 'Закрыть' }).last().click()
      await page
        .getByRole('row', { name: /ivanova/ })
        .getByText('пароль не выбран')
        .waitFor()

      const browser = page.context().browser()
      if (browser === null) throw new Error('no browser')
      const other = await browser.newContext({ locale: 'ru' })
      const theirs = await other.newPage()
      await theirs.goto(link)
      await theirs.getByLabel('Пароль', { exact: true }).fill('двенадцать знаков')
      await theirs.getByLabel('Пароль ещё раз').fill('двенадцать знаков')
      await theirs.getByRole('button', { name: 'Сохранить' }).click()
      await theirs.getByRole('button', { name: 'ivanova' }).click()
      await theirs.getByRole('menuitem', { name: 'Мой пароль' }).click()
      await theirs.getByLabel('Нынешний пароль').fill('двенадцать знаков')
      await theirs.getByLabel('Новый пароль', { exact: true }).fill('совсем другой пароль')
      await theirs.getByLabel('Новый пароль ещё раз').fill('совсем другой пароль')
      await theirs.getByRole('button', { name: 'Сменить пароль' }).click()
      await theirs.getByText('Пароль изменён').waitFor()
      expect(await violations(theirs)).toEqual([])
      await shoot(theirs, 'password')

      await page
        .getByRole('row', { name: /ivanova/ })
        .getByText('входит по паролю')
        .waitFor()
      await page.getByRole('row', { name: /ivanova/ }).click()
      await page.waitForURL(/id=/)
      await dialog(page)
        .getByRole('button', { name: /^Закончить вход с/ })
        .waitFor()
      await expectClean(admin)
      await shoot(page, 'people-drawer')
      await dialog(page).getByRole('button', { name: 'Отключить' }).click()
      await page.getByText('Войти будет нельзя', { exact: false }).waitFor()
      await page
        .getByRole('dialog', { name: 'Отключить ivanova?' })
        .getByRole('button', { name: 'Отключить' })
        .click()
      await button(page, 'Включить снова').waitFor()
      await theirs.goto(`${office.url}/settings/about`)
      await theirs.waitForURL(/sign-in/)
      await other.close()
      await expectClean(admin)
    },
    TEST_MS,
  )

  it(
    'the last administrator stays one, in words',
    async () => {
      const { page, go } = admin
      await pool().query(
        "UPDATE app_user SET disabled_at = now() WHERE role = 'admin' AND login <> (SELECT min(login) FROM app_user WHERE role = 'admin')",
      )
      await go('settings/people')
      await page.getByRole('row', { name: /admin1/ }).click()
      await dialog(page).getByRole('combobox', { name: 'Роль' }).click()
      await page.getByRole('option', { name: 'оператор' }).click()
      await dialog(page).getByRole('button', { name: 'Сохранить' }).click()
      await dialog(page).getByText('Не останется никого, кто управляет пользователями').waitFor()
      await dialog(page).getByText('lastAdmin').waitFor()
    },
    TEST_MS,
  )

  it(
    'a token is shown once, works, and is revoked',
    async () => {
      const { page, go } = admin
      await go('settings/tokens')
      await button(page, 'Создать ключ доступа').click()
      await dialog(page).getByRole('textbox', { name: 'Название' }).fill('ночной отчёт')
      await shoot(page, 'tokens-make')
      await expectClean(admin)
      await dialog(page).getByRole('button', { name: 'Создать ключ доступа' }).click()
      const secret = await dialog(page).getByRole('textbox', { name: 'Ключ доступа' }).inputValue()
      await expectClean(admin)
      await shoot(page, 'tokens-once')
      const ask = () => fetch(`${office.url}/api/v1/me`, { headers: { Authorization: `Bearer ${secret}` } })
      expect(await (await ask()).json()).toMatchObject({ role: 'viewer', by: 'token' })
      await dialog(page).getByRole('button', { name: 'Закрыть' }).last().click()
      expect(await page.content()).not.toContain(secret)
      await page.getByRole('button', { name: 'Отозвать: ночной отчёт' }).click()
      await dialog(page).getByRole('button', { name: 'Отозвать' }).click()
      await page
        .getByRole('row', { name: /ночной отчёт/ })
        .getByText('отозван')
        .waitFor()
      await until(async () => (await ask()).status === 401, { within: WITHIN, label: 'the token is refused' })
      await expectClean(admin)
      await shoot(page, 'tokens')
    },
    TEST_MS,
  )

  it(
    'an operator sees what is locked and why, and may look at keys without deciding',
    async () => {
      const operator = await office.visit({ role: 'operator' })
      const { page, go, close } = operator
      await go('settings')
      await page.waitForLoadState('networkidle')
      const nav = page.getByRole('navigation', { name: 'Настройки' })
      expect(await nav.getByRole('link', { name: /закрыто/ }).allTextContents()).toHaveLength(2)
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
      await expect.poll(() => page.getByText('отвечает', { exact: true }).count()).toBe(2)
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
        await page.waitForLoadState('networkidle')
        await expectClean(night)
        await shoot(page, `dark-${section.replace('?tab=', '-')}`)
        const beyond = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        expect(beyond).toBeLessThanOrEqual(0)
      }
      await close()
    },
    TEST_MS,
  )
})
