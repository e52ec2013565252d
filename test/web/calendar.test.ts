/** What awaits an approval is on the calendar as it would go, told apart from what was agreed. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { violations } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { soon } from './soon.ts'

describeWith(CHROMIUM, 'the calendar of rollouts', () => {
  let office: PageOffice

  beforeAll(async () => {
    office = await openPageOffice({ worker: false, fleet: { stores: 2, timeZones: ['Europe/Moscow'] } })
    const { id: packageId } = await office.office.addPackage({ version: 96_000 })
    const policy = { twoPersons: true }
    const { id } = await office.api<{ id: string }>('POST', '/rollouts', {
      ...{ name: 'Ночь ждёт', packageId, policy, stores: ['M1'] },
    })
    await office.api('POST', `/rollouts/${id}/submit`)
    await office.api('POST', '/rollouts', { name: 'Черновик', packageId, stores: ['M2'] })
  }, 240_000)
  afterAll(() => office?.close())

  it('shows a rollout that awaits approval, where it would reach, in words and a pattern of its own', async () => {
    const { page, go, faults } = await office.visit({ role: 'approver' })
    await go('schedule')
    const entries = page.locator('.schedule-entry[data-kind=rollout]')
    const texts = () => entries.locator('.schedule-hidden').allTextContents()
    await entries.first().waitFor()
    for (const text of await texts()) expect(text).toMatch(/^Ночь ждёт · .+ · ждёт согласования · прогноз$/)
    const patterns = await page.evaluate<string[]>(
      `[...document.querySelectorAll('.schedule-entry[data-awaiting]')].map((one) => getComputedStyle(one).backgroundImage)`,
    )
    expect(patterns.length).toBeGreaterThan(0)
    await soon(() => page.locator('.schedule-entry[data-kind=rollout]:not([data-awaiting])').count()).toBe(0)
    for (const pattern of patterns) expect(pattern).toContain('repeating-linear-gradient')
    await page.getByRole('list', { name: 'Обозначения' }).getByText('ждёт согласования').waitFor()
    expect(await violations(page)).toEqual([])

    await go('schedule?store=M1')
    await entries.first().waitFor()
    await go('schedule?store=M2')
    await page.getByRole('table', { name: /^Календарь/ }).waitFor()
    const plans = page.waitForResponse(/\/plan$/)
    await page.reload()
    await plans
    await page.locator('.schedule-entry[data-kind=window]').first().waitFor()
    expect(await entries.count()).toBe(0)

    await go('schedule?view=week')
    const block = page.locator('.schedule-block[data-awaiting]').first()
    await block.waitFor()
    await soon(() => block.textContent()).toContain('ждёт согласования')
    expect(await violations(page)).toEqual([])
    await go('schedule')
    await entries.first().click()
    await page.getByRole('heading', { name: 'Ночь ждёт', exact: true }).waitFor()
    expect(faults).toEqual([])
  }, 240_000)

  it('shows a rollout whose stores nobody can tell, and does not hide it', async () => {
    const { id: packageId } = await office.office.addPackage({ version: 97_000 })
    await office.office.rollOut(packageId)
    const { page, go, faults } = await office.visit({ role: 'approver' })
    await page.route('**/updates/counts*', (route) =>
      route.fulfill({
        status: 403,
        contentType: 'application/problem+json',
        body: '{"code":"permissionMissing"}',
      }),
    )
    await go('schedule?store=M2')
    await page.locator('.schedule-entry[data-kind=rollout]').first().waitFor()
    expect(faults).toEqual([])
  }, 240_000)
})
