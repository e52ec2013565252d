/** On paper: light, without controls, with its date and zone, and every row; by the print medium and by a real PDF. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { shoot } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice, type Visitor } from './page-office.ts'
import { faultsOnPaper, mostSeen, PAPER, styleOf, watchMost } from './paper.ts'
import { soon } from './soon.ts'

const TEST_MS = 480_000
const [STORES, TILLS] = [50, 2000]
const LOW = { width: 1440, height: 400 }

const onPaper = async (page: Page) => {
  await page.setViewportSize(PAPER)
  await page.emulateMedia({ media: 'print' })
  await page.locator('.print-head').waitFor()
}
const onScreen = async (page: Page) => {
  await page.emulateMedia({ media: 'screen' })
  await page.setViewportSize(LOW)
}

const headline = /^Напечатано \d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d \(Asia\/Yekaterinburg\)/
const expectHeadline = async (page: Page) => {
  expect(await page.locator('.print-head').textContent()).toMatch(headline)
  expect(await page.locator('.print-head').count()).toBe(1)
}

describeWith(CHROMIUM, 'on paper', () => {
  let office: PageOffice
  let visitor: Visitor
  let rollout: string

  beforeAll(async () => {
    office = await openPageOffice({
      worker: false,
      fleet: { stores: STORES, tills: TILLS, timeZones: ['Europe/Moscow', 'Asia/Yekaterinburg'] },
    })
    const { id } = await office.office.addPackage({ version: 96_000 })
    rollout = await office.office.rollOut(id, { name: 'Ночь 96' })
    await office.office.db.pool.query(
      `UPDATE rollout SET state = 'running', started_at = now() WHERE id = $1`,
      [rollout],
    )
    visitor = await office.visit({ scheme: 'dark', timeZone: 'Asia/Yekaterinburg', viewport: LOW })
  }, 240_000)
  afterEach(() => onScreen(visitor.page))
  afterAll(() => office?.close())

  it(
    'the chain: every till of every store, with its headline and legend, as many beside each other as fit',
    async () => {
      const { page, go, faults } = visitor
      const cells = page.locator('[role="gridcell"]')
      await go('chain?by=zone')
      await cells.first().waitFor()
      const before = await cells.count()
      expect(before).toBeLessThan(TILLS)
      await onPaper(page)
      await soon(() => cells.count()).toBe(TILLS)
      await expectHeadline(page)
      await soon(() => faultsOnPaper(page)).toEqual([])
      await soon(() => page.locator('.chain-legend .chain-key:visible').count()).toBe(11)
      await page.getByRole('heading', { name: 'Откроются ли все магазины?' }).waitFor()
      await soon(() => page.locator('.chain-group:visible').count()).toBe(2)
      // Signs are backgrounds, which paper leaves out unless it is told not to.
      expect(await styleOf(page, '.chain-grid .chain-cell', 'print-color-adjust')).toBe('exact')
      expect(await styleOf(page, '.chain-grid .chain-cell', 'background-image')).toContain('svg')
      expect(await styleOf(page, '.chain-strip', 'break-inside')).toBe('avoid')
      await shoot(page, 'print-chain')
      await onScreen(page)
      await soon(() => cells.count()).toBeLessThan(TILLS)
      await soon(() => page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark')
      await soon(() => page.locator('.print-head').count()).toBe(0)
      expect(faults).toEqual([])
    },
    TEST_MS,
  )

  it(
    'a real PDF of it is drawn from all of them too',
    async () => {
      const { page, faults } = visitor
      await watchMost(page, '[role="gridcell"]')
      const pdf = await page.pdf({ format: 'A4' })
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
      const sheets = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0
      expect(sheets).toBeGreaterThan(0)
      expect(await mostSeen(page)).toEqual({ count: TILLS, scheme: 'light' })
      await soon(() => page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark')
      expect(faults).toEqual([])
    },
    TEST_MS,
  )

  it(
    'the tills of a store: every row, every column, the head on every sheet',
    async () => {
      const { page, go, faults } = visitor
      await go('stores/M1/tills')
      const rows = page.locator('.list-row[data-key]')
      await rows.first().waitFor()
      const screenRows = await rows.count()
      const { total } = await office.api<{ total: number }>(
        'GET',
        '/devices?store=M1&limit=1&count=true&filter=kind:till,selfCheckout',
      )
      expect(screenRows).toBeLessThan(total)
      await onPaper(page)
      await soon(() => rows.count()).toBe(total)
      await shoot(page, 'print-tills')
      await page.getByText(`Напечатано ${total} из ${total}`).waitFor()
      await expectHeadline(page)
      await soon(() => faultsOnPaper(page)).toEqual([])
      await soon(() => page.locator('.list-head .list-cell:visible').count()).toBe(11)
      expect(await styleOf(page, '.list-head', 'display')).toBe('table-header-group')
      expect(await styleOf(page, '.list-row[data-key]', 'break-inside')).toBe('avoid')
      await onScreen(page)
      expect(faults).toEqual([])
    },
    TEST_MS,
  )

  it(
    'a rollout: its waves on a clock that fits, its tills with how many of how many',
    async () => {
      const { page, go, faults } = visitor
      await go(`rollouts/${rollout}`)
      await page.locator('.rollout-chart-plot svg').waitFor()
      await onPaper(page)
      await page.locator('.print-head').waitFor()
      await soon(
        async () => (await page.locator('.rollout-chart-plot svg').boundingBox())?.width,
      ).toBeLessThanOrEqual(480)
      await expectHeadline(page)
      await soon(() => faultsOnPaper(page)).toEqual([])
      await soon(() => page.locator('.rollout-legend li:visible').count()).toBe(5)
      await shoot(page, 'print-rollout')
      await onScreen(page)
      await go(`rollouts/${rollout}?tab=tills`)
      await page.locator('.list-row[data-key]').first().waitFor()
      await onPaper(page)
      await page.getByText(/^Напечатано \d+ из 2.000$/).waitFor()
      await soon(() => faultsOnPaper(page)).toEqual([])
      await shoot(page, 'print-rollout-tills')
      await onScreen(page)
      expect(faults).toEqual([])
    },
    TEST_MS,
  )

  it(
    'the report: as it was made, when it was printed, no control',
    async () => {
      const { page, go, faults } = visitor
      await go(`reports?rollout=${rollout}`)
      await page.getByText('Все ли магазины откроются').waitFor()
      await onPaper(page)
      await expectHeadline(page)
      await soon(() => faultsOnPaper(page)).toEqual([])
      await shoot(page, 'print-report')
      await onScreen(page)
      expect(faults).toEqual([])
    },
    TEST_MS,
  )
})
