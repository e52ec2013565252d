import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { violations } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice, type Visitor } from './page-office.ts'
import { isAt, soon } from './soon.ts'

const everyDay = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const hours = (from: string) => ({
  windows: [{ days: everyDay, from: '00:00', to: '24:00' }],
  opening: [{ days: everyDay, from, to: '23:59' }],
})

describeWith(CHROMIUM, 'the report', () => {
  let office: PageOffice
  let visitor: Visitor
  let rollout: string

  beforeAll(async () => {
    office = await openPageOffice({ fleet: { timeZones: ['Europe/Moscow', 'Asia/Omsk'] } })
    visitor = await office.visit({ role: 'operator' })
  }, 240_000)
  afterAll(() => office?.close())

  const pool = () => office.office.db.pool
  const bucket = (key: string) => visitor.page.locator(`[data-bucket=${key}] td`).nth(1)

  it('says that there is nothing to report', async () => {
    const { page, go, faults } = visitor
    await go('reports')
    await page.getByText('Отчитываться не о чем').waitFor()
    await page.getByRole('tab', { name: 'Сохранённые' }).click()
    await page.getByText('Сохранённых отчётов нет').waitFor()
    expect(await violations(page)).toEqual([])
    expect(faults).toEqual([])
  })

  it('tells in the morning whom to ring, zone by zone, in order of opening', async () => {
    const { page, go, faults } = visitor
    const made = await office.office.addPackage()
    rollout = await office.office.rollOut(made.id)
    await until(
      async () => (await office.api<{ state: string }>('GET', `/rollouts/${rollout}`)).state === 'finished',
      { within: 60_000, label: 'the night is over' },
    )
    await pool().query(`UPDATE store SET phone = '+7 495 123-45-67' WHERE code = 'M1'`)
    const { rows } = await pool().query<{ cash_id: string; name: string }>(
      `UPDATE device_update u SET state = 'broken', reason = 'healthFailed' FROM device d JOIN store s ON s.id = d.store_id
       WHERE d.id = u.device_id AND s.code = 'M1' AND d.number = (SELECT max(number) FROM device e WHERE e.store_id = s.id)
       RETURNING d.cash_id, d.name`,
    )
    const [broken] = rows
    await office.api('POST', '/stores/M1/calendar', { calendar: hours('08:00') }, { 'If-Match': '*' })
    await go('reports')
    await page.getByRole('heading', { name: 'Утренний отчёт' }).waitFor()
    await page.getByText('Все ли магазины откроются').waitFor()
    await soon(() => bucket('cannotSell').textContent()).toBe('1')
    await page.getByText(/^Обновлены: 5 \/ 6/).waitFor()
    const card = page.locator('[data-store=M1]')
    expect(await card.getByRole('link', { name: /123-45-67/ }).getAttribute('href')).toBe('tel:+74951234567')
    await card.getByText('08:00').first().waitFor()
    const row = card.locator(`[data-till="${broken?.cash_id}"]`)
    await soon(() => row.textContent()).toMatch(/Не работает.*Не торгует.*звонить в магазин, слать инженера/)
    await soon(() => page.locator('[data-zone="Europe/Moscow"]').count()).toBe(1)
    expect(await violations(page)).toEqual([])
    await row.getByRole('link').click()
    await isAt(page, new RegExp(`till=${broken?.cash_id}`))
    expect(faults).toEqual([])
  })

  it('prints on A4 without what is around it', async () => {
    const { page, go, faults } = visitor
    await go(`reports?rollout=${rollout}`)
    await bucket('cannotSell').waitFor()
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    await soon(() => page.getByRole('banner').isVisible()).toBe(false)
    await soon(() => page.getByRole('button', { name: 'Печать' }).isVisible()).toBe(false)
    await soon(() => page.evaluate("getComputedStyle(document.querySelector('.report')).color")).toBe(
      'rgb(0, 0, 0)',
    )
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
    expect(pdf).toMatch(/MediaBox \[0 0 59[45][.\d]* 84[12]/)
    await page.emulateMedia({ media: 'screen', colorScheme: 'light' })
    expect(faults).toEqual([])
  })

  it('keeps one as it is now, and shows it as it was', async () => {
    const { page, go, faults } = visitor
    await go('reports')
    await page.getByRole('button', { name: 'Сохранить отчёт' }).click()
    await page.getByText('Отчёт сохранён').waitFor()
    await pool().query(`UPDATE device_update SET state = 'succeeded', reason = NULL WHERE state = 'broken'`)
    await page.getByRole('tab', { name: 'Сохранённые' }).click()
    await page.getByRole('cell', { name: 'Утренний отчёт' }).click()
    await isAt(page, /reports\/[0-9a-f-]{36}/)
    await page.getByText(/Сохранённый отчёт: таким он был/).waitFor()
    await soon(() => bucket('cannotSell').textContent()).toBe('1')
    expect(await violations(page)).toEqual([])
    await page.getByRole('link', { name: 'К отчётам' }).click()
    await page.getByRole('cell', { name: 'Утренний отчёт' }).waitFor()
    expect(faults).toEqual([])
  })

  it('lists in the evening who is not ready, and asks which of several rollouts', async () => {
    const { page, go, faults } = visitor
    const next = await office.office.addPackage({ version: 97_000 })
    const future = { startsAt: new Date(Date.now() + 3600_000).toISOString() }
    const name = 'Вторая ночь'
    const later = await office.office.rollOut(next.id, { name, policy: future })
    await go(`reports?tab=evening&rollout=${later}`)
    await page.getByText('Кто не готов к ночи и кому звонить').waitFor()
    await page.getByText(/^Готовы к ночи: \d \/ 6/).waitFor()
    expect(await violations(page)).toEqual([])
    const zones = page.getByRole('combobox', { name: 'Часовой пояс' })
    await zones.selectOption('Asia/Omsk')
    await page.getByText(/^Готовы к ночи: \d \/ 3/).waitFor()
    expect(faults).toEqual([])
  })
})
