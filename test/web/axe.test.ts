/** Every screen, in both themes: axe finds nothing, it has its own title, and at 200% the page does not scroll sideways. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Role } from '../../src/api/permissions.ts'
import { describeWith } from '../support/needs.ts'
import { violations } from './looks.ts'
import { CHROMIUM, type Visitor } from './page-office.ts'
import { openScreen, openShownOffice, type ScreenOfPage, type ShownOffice, screens } from './screens.ts'

const WHOLE = { width: 1440, height: 900 }
const TWICE = { width: 720, height: 450 }
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

const inTheme = (page: Page, theme: 'light' | 'dark') =>
  page.locator('html').evaluate((html, one) => html.setAttribute('data-mantine-color-scheme', one), theme)

/** Sideways beyond the window: what sticks out, if anything does. */
const sticksOut = (page: Page) =>
  page
    .locator('html')
    .evaluate(({ scrollWidth, clientWidth }) =>
      scrollWidth <= clientWidth ? [] : [`${scrollWidth} px of ${clientWidth}`],
    )

describeWith(CHROMIUM, 'every screen', () => {
  let shown: ShownOffice
  const visitors = new Map<Role, Visitor>()
  const only = process.env.SCREENS?.split(',')

  const visitorOf = async (role: Role): Promise<Visitor> => {
    const known = visitors.get(role) ?? (await shown.office.visit({ role }))
    visitors.set(role, known)
    return known
  }
  beforeAll(async () => {
    shown = await openShownOffice()
  }, 240_000)
  afterAll(() => shown?.office.close())

  const look = async (one: ScreenOfPage): Promise<void> => {
    const visitor = await visitorOf(one.role ?? 'admin')
    const { page, faults } = visitor
    await page.setViewportSize(WHOLE)
    await openScreen(visitor, one, shown.shown)
    expect(await page.title()).toMatch(/\S · Nightshift$/)
    expect.soft(await violations(page, { runOnly: tags })).toEqual([])
    await inTheme(page, 'dark')
    expect.soft(await violations(page, { runOnly: ['color-contrast'] }), 'dark').toEqual([])
    await inTheme(page, 'light')
    await page.setViewportSize(TWICE)
    expect.soft(await sticksOut(page), '200%').toEqual([])
    expect.soft(faults.splice(0)).toEqual([])
  }
  for (const one of screens.filter(({ name }) => only?.includes(name) ?? true))
    it(`${one.name}: axe, title, 200%`, () => look(one), 60_000)
})
