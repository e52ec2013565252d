/** Settings: the list of stores from a file. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { expectClean, shoot } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice, type Visitor } from './page-office.ts'
import { button, chooseFile, dialog, rowTexts, TEST_MS } from './settings-rig.ts'
import { isAt } from './soon.ts'

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

describeWith(CHROMIUM, 'the list of stores', () => {
  let office: PageOffice
  let admin: Visitor
  beforeAll(async () => {
    office = await openPageOffice()
    admin = await office.visit()
  }, 240_000)
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
      await isAt(page, /settings\/hosts\?.*state=unpinned/)
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
})
