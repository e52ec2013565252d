/** What nobody prepared for the page: names without a blank, three hundred tills, people without a store, a server that goes away. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { importInventory, rolloutEnds } from '../support/office.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { isLive, soon } from './soon.ts'

const TEST_MS = 480_000
const NAME = 'Ж'.repeat(200)
const CODE = 'Ш'.repeat(64)
const MANY = 300

const reach = { host: '127.0.0.1', port: 1, user: 'nightshift', credential: 'default', hostKeys: [] }
const till = (cashId: string, number: number, name: string) => ({
  ...{ ...reach, kind: 'till', agent: 'nightctl', cashId, number, name, configuration: 'Ц'.repeat(64) },
})
const store = (code: string, name: string, devices: ReturnType<typeof till>[]) => ({
  ...{ ...reach, code, name, devices, timeZone: 'Pacific/Apia', phone: null, group: 'север' },
  ...{ packageFolder: '/srv/packages', packageUrl: 'http://127.0.0.1/packages' },
})

/** The page never scrolls sideways. */
const overhang = (page: Page): Promise<number> =>
  page.locator('html').evaluate((whole) => whole.scrollWidth - whole.clientWidth)

/** Cells of a list that show less than they say. */
const cutCells = (page: Page, column: string): Promise<number> =>
  page
    .locator(`.list-cell[data-column="${column}"]`)
    .evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).length)

describeWith(CHROMIUM, 'data that nobody prepared', () => {
  let office: PageOffice
  let rolloutId: string
  let packageId: string
  beforeAll(async () => {
    office = await openPageOffice({ fleet: { stores: 1, tills: 3, timeZones: ['Europe/Moscow'] } })
    const tills = Array.from({ length: MANY }, (_, place) => till(`big${place}`, place + 1, `Касса ${place}`))
    await importInventory(office.office, {
      stores: [store(CODE, NAME, [till('К'.repeat(64), 1, NAME)]), store('BIG', 'Гипермаркет', tills)],
    })
    packageId = (await office.office.addPackage()).id
    rolloutId = await office.office.rollOut(packageId, { name: NAME, selection: { stores: ['BIG'] } })
    await rolloutEnds(office.office, rolloutId, 120_000)
  }, 240_000)
  afterAll(() => office?.close())

  it(
    'names of 200 letters without a blank make no screen wider than the window',
    async () => {
      for (const viewport of [
        { width: 1440, height: 900 },
        { width: 720, height: 900 },
      ]) {
        const { page, go, faults, close } = await office.visit({ viewport })
        const at = `stores/${encodeURIComponent(CODE)}`
        const screens = [
          `${at}/tills`,
          `${at}/server`,
          `rollouts/${rolloutId}`,
          'chain',
          'rollouts',
          'reports',
        ]
        for (const where of screens) {
          await go(where)
          await page.locator('h1').first().waitFor()
          await page.getByText('ЖЖЖ').first().waitFor({ state: 'attached' })
          if (where === 'reports') await page.locator('.report .report-head').waitFor()
          await soon(async () => [where, Math.max(0, await overhang(page))]).toEqual([where, 0])
        }
        await go(`${at}/tills?till=${encodeURIComponent('К'.repeat(64))}`)
        const group = page.locator('.terminal-configuration > span').first()
        await group.waitFor()
        await soon(() =>
          group.evaluate((it) => it.scrollWidth <= it.clientWidth + 1 || it.clientWidth === 0),
        ).toBe(true)
        const right = () => group.evaluate((it) => it.getBoundingClientRect().right)
        await soon(right).toBeLessThanOrEqual(viewport.width)
        expect(faults).toEqual([])
        await close()
      }
    },
    TEST_MS,
  )

  it(
    'no count is cut: three hundred stay three hundred',
    async () => {
      const { page, go, close } = await office.visit()
      await go('rollouts')
      await page.locator('.rollouts-progress .mark', { hasText: String(MANY) }).waitFor()
      expect(await page.locator('.list-cell:has(.rollouts-progress)').count()).toBeGreaterThan(0)
      const cut = () =>
        page
          .locator('.list-cell:has(.rollouts-progress)')
          .evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).length)
      await soon(cut).toBe(0)
      await go(`stores/${encodeURIComponent(CODE)}/tills`)
      await page.locator('.list-cell[data-column="state"]', { hasText: 'Нет данных' }).waitFor()
      await soon(() => cutCells(page, 'state')).toBe(0)
      await close()
    },
    TEST_MS,
  )

  it(
    'a kept plan is not told by the forecast of another one',
    async () => {
      const [blocked = ''] = office.fleet.devices.map((one) => one.cashId)
      await office.api('POST', `/devices/${blocked}/block`, { on: true, reason: 'broken' })
      const { id } = await office.api<{ id: string }>('POST', '/rollouts', {
        ...{ name: 'Без одной', packageId, selection: { stores: ['M1'] } },
      })
      const { page, go, close } = await office.visit()
      const fact = (name: string) => page.locator('.plan-fact', { hasText: name })
      await go(`rollouts/${id}`)
      await fact('Обновятся').getByText('2 устройства').waitFor()
      await fact('Первая установка').waitFor()
      await office.api('POST', `/devices/${blocked}/block`, { on: false, reason: 'mended' })
      await go(`rollouts/${id}`)
      await page.getByText('Теперь её можно обновить').first().waitFor()
      await fact('Обновятся').getByText('2 устройства').waitFor()
      expect(await fact('Первая установка').count()).toBe(0)
      await close()
    },
    TEST_MS,
  )

  it(
    'who sees one group is told that reports are of the whole chain, and is offered nothing that would be refused',
    async () => {
      const { page, go, faults, close } = await office.visit({ role: 'viewer', storeGroups: ['север'] })
      await go('reports')
      await page.getByText('Отчёт составляется по всей сети').waitFor()
      expect(await page.getByRole('button', { name: 'Составить заново' }).count()).toBe(0)
      expect(await page.locator('.problem').count()).toBe(0)
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'codes that no address can name are refused',
    async () => {
      for (const code of ['.', '..']) {
        const { calendar: _, ...rest } = { calendar: null, ...store(code, 'Точки', []) }
        await expect(office.api('POST', '/fleet', { stores: [rest] })).rejects.toThrow(/: 4\d\d /)
      }
    },
    TEST_MS,
  )

  it(
    'a screen that did not load while the server was away opens by itself when it is back',
    async () => {
      const { page, go, close } = await office.visit()
      await go('chain')
      await isLive(page)
      await office.stopApi()
      await page.getByRole('link', { name: 'Пакеты', exact: true }).click()
      await page.getByRole('heading', { name: 'Экран не загрузился', level: 1 }).waitFor()
      expect(await page.locator('.crash').count()).toBe(0)
      await office.startApi()
      await page.getByRole('heading', { name: 'Пакеты', level: 1 }).waitFor()
      await close()
    },
    TEST_MS,
  )
})
