/** The wizard by keyboard alone: each step goes on where the former one ended, never at the page's top. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { soon } from './soon.ts'

const TEST_MS = 480_000
const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 2 }).first()
const press = async (page: Page, name: string): Promise<void> => {
  const button = page.locator('.wizard-main').getByRole('button', { name, exact: true })
  await soon(() => button.isEnabled()).toBe(true)
  await button.focus()
  await page.keyboard.press('Enter')
}
/** Where the next Tab begins. */
const isKept = (page: Page) =>
  page.evaluate<boolean>(`document.querySelector('.wizard-main').contains(document.activeElement)`)

describeWith(CHROMIUM, 'the wizard by keyboard', () => {
  let office: PageOffice
  beforeAll(async () => {
    office = await openPageOffice({ worker: false, fleet: { stores: 1, tills: 3 } })
    await office.office.addPackage({ version: 96_000 })
  }, 240_000)
  afterAll(() => office?.close())

  it(
    'from the package to a rollout that was started, without losing its place',
    async () => {
      const { page, go, faults, close } = await office.visit()
      await go('rollouts/new')
      for (const step of ['Пакет', 'Кого обновить', 'Волны', 'Окно', 'Правила']) {
        await heading(page, step).waitFor()
        await press(page, 'Далее')
      }
      await heading(page, 'План').waitFor()
      await soon(() => isKept(page)).toBe(true)
      await press(page, 'Сохранить черновик')
      await heading(page, 'Согласование').waitFor()
      await soon(() => isKept(page)).toBe(true)
      const id = new URL(page.url()).searchParams.get('rollout')
      await press(page, 'Старт')
      const question = page.getByRole('dialog')
      const yes = question.getByRole('button', { name: 'Старт', exact: true })
      await soon(() => yes.evaluate((one) => one.matches(':focus'))).toBe(true)
      await page.keyboard.press('Enter')
      const state = async () => (await office.api<{ state: string }>('GET', `/rollouts/${id}`)).state
      await until(async () => (await state()) !== 'draft', { within: 60_000, label: 'it is started' })
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )
})
