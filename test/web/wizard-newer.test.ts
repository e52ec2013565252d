/** A draft that somebody else changed while it was open in the wizard: said with their name, and nothing typed is lost. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'

const TEST_MS = 240_000
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const nameField = (page: Page) => page.getByRole('textbox', { name: 'Название' })
const newer = (page: Page) => page.getByRole('alert').filter({ hasText: 'этот черновик уже изменён' })

describeWith(CHROMIUM, 'a draft that two people change', () => {
  let office: PageOffice
  let packageId: string
  beforeAll(async () => {
    office = await openPageOffice({ worker: false, fleet: { stores: 2, tills: 6 } })
    packageId = (await office.office.addPackage({ version: 96_000 })).id
  }, 240_000)
  afterAll(() => office?.close())

  const keep = async (name: string) =>
    (await office.api<{ id: string }>('POST', '/rollouts', { name, packageId, stores: ['M1'] })).id
  const reviseTheirs = (id: string) =>
    office.api<{ createdBy: string }>('POST', `/rollouts/${id}/revise`, { name: 'их' }, { 'If-Match': '*' })
  const nameOf = async (id: string) => (await office.api<{ name: string }>('GET', `/rollouts/${id}`)).name

  /** At its last step, with a name typed. */
  async function openAt(id: string, isLive: boolean) {
    const visitor = await office.visit({ role: 'operator' })
    const { page, go } = visitor
    if (!isLive) await page.route('**/api/v1/live*', (route) => route.abort())
    await go(`rollouts/new?rollout=${id}`)
    await page.getByRole('heading', { name: 'Кого обновить', level: 2 }).waitFor()
    await page.getByRole('navigation', { name: 'Шаги' }).getByText('План', { exact: true }).click()
    await nameField(page).fill('моё новое')
    await button(page, 'Сохранить изменения черновика').waitFor()
    return visitor
  }

  it(
    'no news came: the save is refused, theirs is a press away, and mine is saved over it when I say so',
    async () => {
      const id = await keep('моё')
      const { page, close } = await openAt(id, false)
      const { createdBy } = await reviseTheirs(id)
      await button(page, 'Сохранить изменения черновика').click()
      await newer(page).getByText(createdBy).waitFor()
      expect(await nameOf(id)).toBe('их')
      expect(await nameField(page).inputValue()).toBe('моё новое')
      await newer(page).getByRole('link', { name: 'Посмотреть новый черновик' }).click()
      await page.getByRole('heading', { name: 'их', exact: true }).waitFor()
      await page.goBack()
      await newer(page).waitFor()
      expect(await nameField(page).inputValue()).toBe('моё новое')
      await button(page, 'Сохранить мои правки поверх').click()
      await page.getByRole('heading', { name: 'Согласование' }).first().waitFor()
      expect(await nameOf(id)).toBe('моё новое')
      await close()
    },
    TEST_MS,
  )

  it(
    'it is said as soon as it happens, and there is nothing to press by mistake',
    async () => {
      const id = await keep('моё второе')
      const { page, faults, close } = await openAt(id, true)
      await reviseTheirs(id)
      await newer(page).waitFor()
      expect(await button(page, 'Сохранить изменения черновика').count()).toBe(0)
      expect(await nameField(page).inputValue()).toBe('моё новое')
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )
})
