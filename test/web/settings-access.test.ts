/** Settings: people and tokens. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { expectClean, shoot, violations } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice, type Visitor } from './page-office.ts'
import { button, dialog, TEST_MS, WITHIN } from './settings-rig.ts'
import { goAnyway, isAt, PATIENT, soon } from './soon.ts'

describeWith(CHROMIUM, 'people and tokens', () => {
  let office: PageOffice
  let admin: Visitor
  beforeAll(async () => {
    office = await openPageOffice()
    admin = await office.visit()
  }, 240_000)
  afterAll(() => office?.close())

  const pool = () => office.office.db.pool

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
      theirs.setDefaultTimeout(PATIENT.timeout)
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
      await isAt(page, /id=/)
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
      // The page may be on its way there by itself: its stream was ended.
      await goAnyway(theirs.goto(`${office.url}/settings/about`))
      await isAt(theirs, /sign-in/)
      await other.close()
      await expectClean(admin)
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

  /** The next POST there is done, and its answer does not come. */
  const loseAnswer = async (page: Page, path: string) => {
    await page.route(path, async (route) => {
      if (route.request().method() !== 'POST') return route.continue()
      await route.fetch()
      await route.abort()
      await page.unroute(path)
    })
  }

  it(
    'a token whose answer was lost is made once; the lost one goes before another one comes',
    async () => {
      const { page, go } = admin
      const made = async () =>
        (await office.api<{ items: { name: string; revokedAt: string | null }[] }>('GET', '/tokens')).items
          .filter(({ name }) => name.startsWith('потерянный'))
          .map(({ revokedAt }) => revokedAt === null)
      await go('settings/tokens')
      await button(page, 'Создать ключ доступа').click()
      await dialog(page).getByRole('textbox', { name: 'Название' }).fill('потерянный')
      await loseAnswer(page, '**/api/v1/tokens')
      const make = dialog(page).getByRole('button', { name: 'Создать ключ доступа' })
      await make.click()
      await dialog(page).getByRole('alert').getByText('unanswered').waitFor()
      await make.click()
      await dialog(page).getByText('уже создан прошлым нажатием', { exact: false }).waitFor()
      expect(await made()).toEqual([true])
      await expectClean(admin)
      await shoot(page, 'tokens-lost')
      await dialog(page).getByRole('button', { name: 'Отозвать его' }).click()
      await soon(() => dialog(page).getByRole('textbox', { name: 'Название' }).inputValue()).toBe(
        'потерянный 2',
      )
      await make.click()
      const secret = await dialog(page).getByRole('textbox', { name: 'Ключ доступа' }).inputValue()
      expect((await made()).sort()).toEqual([false, true])
      const me = await fetch(`${office.url}/api/v1/me`, { headers: { Authorization: `Bearer ${secret}` } })
      expect(me.status).toBe(200)
    },
    TEST_MS,
  )

  it(
    'a link whose answer was lost is made once, and is ended by the one that is asked for then',
    async () => {
      const { page, go } = admin
      const body = { login: 'petrov', name: 'Петров', role: 'operator', storeGroups: [] }
      const { id } = await office.api<{ id: string }>('POST', '/users', body)
      const links = async () =>
        (
          await pool().query<{ isOpen: boolean }>(
            'SELECT used_at IS NULL AS "isOpen" FROM one_time_link WHERE user_id = $1 ORDER BY used_at NULLS LAST',
            [id],
          )
        ).rows.map(({ isOpen }) => isOpen)
      await go(`settings/people?id=${id}`)
      const make = dialog(page).getByRole('button', { name: 'Получить ссылку' })
      await make.waitFor()
      await loseAnswer(page, '**/api/v1/users/*/link')
      await make.click()
      await dialog(page).getByRole('alert').getByText('unanswered').waitFor()
      await make.click()
      await dialog(page).getByText('Ссылка уже сделана прошлым нажатием', { exact: false }).waitFor()
      expect(await links()).toEqual([true])
      await expectClean(admin)
      await shoot(page, 'people-link-lost')
      await make.click()
      const link = await dialog(page).getByRole('textbox', { name: 'Ссылка для выбора пароля' }).inputValue()
      expect(link).toContain('/password/')
      expect(await links()).toEqual([false, true])
    },
    TEST_MS,
  )
})
