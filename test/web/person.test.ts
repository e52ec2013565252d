/** Several people at one browser: nobody is shown what the one before them had begun, or had read. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Role } from '../../src/api/permissions.ts'
import { hashGood } from '../../src/api/sign-in.ts'
import { createUser } from '../../src/db/users.ts'
import { describeWith } from '../support/needs.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { goAnyway, isAt, PATIENT_MS, soon } from './soon.ts'

const PASSWORD = 'another good battery'
const NAME = 'полчаса работы Анны'

const person = (page: Page) => page.locator('.person')
const nameField = (page: Page) => page.getByRole('textbox', { name: 'Название' })
/** Of the tab's storage. */
const keptOf = (page: Page) => page.evaluate<string | null>(`sessionStorage.getItem('nightshift-wizard')`)
const signOut = async (page: Page): Promise<void> => {
  await person(page).click()
  await page.getByRole('menuitem', { name: 'Выйти' }).click()
}
const question = (page: Page) => page.getByRole('dialog', { name: 'Выйти из Nightshift?' })

describeWith(CHROMIUM, 'several people at one browser', () => {
  let office: PageOffice
  const add = async (login: string, role: Role) => {
    const passwordHash = await hashGood(PASSWORD, login)
    const { db } = office.office
    await createUser(db, { login, name: login, role, storeGroups: [], createdBy: 'test', passwordHash })
  }
  beforeAll(async () => {
    office = await openPageOffice({ worker: false, fleet: { stores: 1, tills: 2 } })
    await office.office.addPackage({ version: 96_000 })
    await add('anna', 'operator')
    await add('boris', 'operator')
  }, PATIENT_MS)
  afterAll(() => office?.close())

  const signIn = async (page: Page, login: string): Promise<void> => {
    await page.getByLabel('Логин').fill(login)
    await page.getByLabel('Пароль').fill(PASSWORD)
    await page.getByRole('button', { name: 'Войти', exact: true }).click()
    await soon(() => person(page).textContent()).toBe(login)
  }
  /** A browser at the door, whose first visitor has gone. */
  const atDoor = async () => {
    const visitor = await office.visit()
    await visitor.page.context().clearCookies()
    await visitor.go('sign-in')
    return visitor
  }
  const begin = async (page: Page, go: (where: string) => Promise<void>): Promise<void> => {
    await go('rollouts/new')
    await page.getByRole('radio', { name: '96' }).waitFor()
    await go('rollouts/new?step=plan')
    await nameField(page).fill(NAME)
    await soon(() => keptOf(page)).toContain(NAME)
  }
  const endSessions = () => office.office.db.pool.query('UPDATE session SET ended_at = now()')

  it(
    'who signs out leaves no draft behind, and is told so before',
    async () => {
      const { page, go, faults, close } = await atDoor()
      await signIn(page, 'anna')
      await begin(page, go)
      await signOut(page)
      await question(page).getByText('Черновик обновления в мастере не сохранён').waitFor()
      await question(page).getByRole('button', { name: 'Отмена' }).click()
      expect(await nameField(page).inputValue()).toBe(NAME)
      await signOut(page)
      await question(page).getByRole('button', { name: 'Выйти', exact: true }).click()
      await isAt(page, /sign-in$/)
      expect(await keptOf(page)).toBeNull()
      // Not even Back shows what was there.
      await goAnyway(page.goBack())
      await isAt(page, /sign-in/)
      await signIn(page, 'boris')
      await go('rollouts/new?step=plan')
      await nameField(page).waitFor()
      expect(await nameField(page).inputValue()).toBe('')
      // Nothing is lost: nothing is asked.
      await go('chain')
      await signOut(page)
      await isAt(page, /sign-in$/)
      expect(faults).toEqual([])
      await close()
    },
    PATIENT_MS,
  )

  it(
    'a session that has run out keeps the draft for its own person, and for nobody else',
    async () => {
      const { page, go, faults, close } = await atDoor()
      await signIn(page, 'anna')
      await begin(page, go)
      await endSessions()
      await goAnyway(page.reload())
      await isAt(page, /sign-in\?to=/)
      await signIn(page, 'anna')
      await soon(() => nameField(page).inputValue()).toBe(NAME)

      await endSessions()
      await goAnyway(page.reload())
      await isAt(page, /sign-in\?to=/)
      await signIn(page, 'boris')
      await nameField(page).waitFor()
      expect(await nameField(page).inputValue()).toBe('')
      expect(await keptOf(page)).not.toContain(NAME)
      expect(faults).toEqual([])
      await close()
    },
    PATIENT_MS,
  )

  it(
    'other tabs follow: at sign-out to the door, at a sign-in to whoever has come, with nothing that was read before',
    async () => {
      const { page, go, close } = await atDoor()
      await signIn(page, 'anna')
      await begin(page, go)
      const other = await page.context().newPage()
      await other.goto(`${office.url}/rollouts`)
      await soon(() => person(other).textContent()).toBe('anna')

      // A session that ends and begins while the first tab hears nothing of it from the server.
      await page.evaluate('window.former = true')
      await page.route('**/api/v1/**', (route) => route.abort())
      await endSessions()
      await goAnyway(other.goto(`${office.url}/sign-in`))
      await isAt(other, /sign-in/)
      await signIn(other, 'boris')
      await page.unroute('**/api/v1/**')
      await page.waitForFunction('window.former === undefined')
      await soon(() => person(page).textContent()).toBe('boris')
      await nameField(page).waitFor()
      expect(await nameField(page).inputValue()).toBe('')

      await signOut(other)
      await isAt(other, /sign-in$/)
      await isAt(page, /sign-in/)
      await close()
    },
    PATIENT_MS,
  )
})
