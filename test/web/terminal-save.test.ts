/** «Настройки терминала»: a save that is done in part, or whose answer is lost, is nobody else's change. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { expectClean } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { isLive, soon } from './soon.ts'

const TILL = '50001002'
const drawer = (page: Page) => page.getByRole('dialog', { name: 'Настройки терминала' })
const field = (page: Page, name: string) => drawer(page).getByRole('textbox', { name })
const blocked = (page: Page) => drawer(page).getByRole('checkbox', { name: 'Заблокирован' })
const stale = (page: Page) => drawer(page).getByText('Кассу изменили, пока вы правили')
const saved = (page: Page) => drawer(page).getByText('Сохранено', { exact: true })

async function save(page: Page): Promise<void> {
  await drawer(page).getByRole('button', { name: 'Сохранить' }).click()
}
async function saveBlock(page: Page): Promise<void> {
  await save(page)
  await page
    .getByRole('dialog', { name: 'Заблокировать кассу?' })
    .getByRole('button', { name: 'Заблокировать' })
    .click()
}

describeWith(CHROMIUM, 'saving a till', () => {
  let office: PageOffice
  beforeAll(async () => {
    office = await openPageOffice({ worker: false, fleet: { stores: 1, tills: 3 } })
  }, 240_000)
  afterAll(() => office?.close())

  const till = () => office.api<{ name: string; blocked: boolean; number: number }>('GET', `/devices/${TILL}`)

  it('settings that were saved stay saved where the block is refused, and it is said so', async () => {
    const { page, go, faults, close } = await office.visit({ role: 'operator' })
    await page.route('**/api/v1/commands', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: '{"code":"unavailable","status":503}',
      }),
    )
    await go(`stores/M1/tills?till=${TILL}`)
    await field(page, 'Название').fill('Касса у входа')
    await blocked(page).check()
    await field(page, 'Причина').fill('ремонт')
    await saveBlock(page)
    const foot = page.locator('.terminal-foot')
    await foot.getByText('Настройки сохранены. Не изменено только «Заблокирован»').waitFor()
    await foot.getByRole('alert').getByText('unavailable').waitFor()
    expect(await stale(page).count()).toBe(0)
    expect(await field(page, 'Название').inputValue()).toBe('Касса у входа')
    expect(await field(page, 'Причина').inputValue()).toBe('ремонт')
    expect(await blocked(page).isChecked()).toBe(true)
    expect(await till()).toMatchObject({ name: 'Касса у входа', blocked: false })
    await expectClean({ page, faults })

    // What was not done is done by the same button, and nothing else is sent again.
    await page.unroute('**/api/v1/commands')
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.method() !== 'GET') sent.push(`${request.method()} ${new URL(request.url()).pathname}`)
    })
    await saveBlock(page)
    await saved(page).waitFor()
    expect(sent).toEqual(['POST /api/v1/commands'])
    expect(await till()).toMatchObject({ name: 'Касса у входа', blocked: true })
    expect(faults).toEqual([])
    await close()
  })

  it('a save whose answer was lost on its way is no change of somebody else', async () => {
    const { page, go, faults, close } = await office.visit({ role: 'operator' })
    await page.route(`**/api/v1/devices/${TILL}`, async (route) => {
      if (route.request().method() !== 'PATCH') return route.continue()
      await route.fetch()
      await route.abort()
    })
    await go(`stores/M1/tills?till=${TILL}`)
    await field(page, 'Название').fill('Касса дважды')
    await save(page)
    await page.locator('.terminal-foot').getByRole('alert').getByText('unanswered').waitFor()
    await soon(async () => (await till()).name).toBe('Касса дважды')
    const button = drawer(page).getByRole('button', { name: 'Сохранить' })
    await soon(() => button.isDisabled()).toBe(true)
    expect(await stale(page).count()).toBe(0)
    expect(await field(page, 'Название').inputValue()).toBe('Касса дважды')
    expect(faults).toEqual([])
    await close()
  })

  it('what somebody else changed is still said, field by field', async () => {
    const { page, go, faults, close } = await office.visit({ role: 'operator' })
    await go(`stores/M1/tills?till=${TILL}`)
    await field(page, 'Название').fill('Моё название')
    await isLive(page)
    await office.api('PATCH', `/devices/${TILL}`, { name: 'Их название' }, { 'If-Match': '*' })
    await stale(page).waitFor()
    await drawer(page).getByText('Название: было «Касса дважды», стало «Их название»').waitFor()
    await expectClean({ page, faults })
    await drawer(page).getByRole('button', { name: 'Оставить мои изменения' }).click()
    await save(page)
    await saved(page).waitFor()
    expect((await till()).name).toBe('Моё название')
    expect(faults).toEqual([])
    await close()
  })
})
