/** Every screen, in both themes: axe finds nothing, it has its own title, and at 200% and on a telephone the page does not scroll sideways, in either language. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Role } from '../../src/api/permissions.ts'
import { describeWith } from '../support/needs.ts'
import { violations } from './looks.ts'
import { CHROMIUM, type Visitor } from './page-office.ts'
import { openScreen, openShownOffice, type ScreenOfPage, type ShownOffice, screens } from './screens.ts'
import { isLoaded, soon } from './soon.ts'

const WHOLE = { width: 1440, height: 900 }
const TWICE = { width: 720, height: 450 }
/** A telephone. */
const NARROW = { width: 360, height: 740 }
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

/** What scrolls sideways in a frame of its own, and has nothing in it that the keyboard comes to, nor a name. */
const unreached = (page: Page) =>
  page.evaluate<string[]>(`[...document.querySelectorAll('main *, [role="dialog"] *')].filter((one) => {
    const way = getComputedStyle(one).overflowX
    if ((way !== 'auto' && way !== 'scroll') || one.scrollWidth <= one.clientWidth + 1) return false
    const isNamed = one.tabIndex === 0 && one.hasAttribute('aria-label')
    return !isNamed && one.querySelector('a, button, input, [tabindex="0"]') === null
  }).map((one) => one.className)`)

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
    await soon(() => page.title()).toMatch(/\S · Nightshift$/)
    expect.soft(await violations(page, { runOnly: tags })).toEqual([])
    await inTheme(page, 'dark')
    expect.soft(await violations(page, { runOnly: ['color-contrast'] }), 'dark').toEqual([])
    await inTheme(page, 'light')
    await page.setViewportSize(TWICE)
    expect.soft(faults.splice(0)).toEqual([])
    await soon(() => sticksOut(page)).toEqual([])
    await page.setViewportSize(NARROW)
    await soon(() => sticksOut(page)).toEqual([])
    expect.soft(await unreached(page), 'narrow').toEqual([])
    await page.goto(`${page.url()}${page.url().includes('?') ? '&' : '?'}lang=en`)
    await page.locator('html[lang="en"]').waitFor()
    await page
      .locator(one.ready ?? 'h1')
      .first()
      .waitFor()
    await isLoaded(page)
    await soon(() => sticksOut(page)).toEqual([])
  }
  for (const one of screens.filter(({ name }) => only?.includes(name) ?? true))
    it(`${one.name}: axe, title, 200%`, () => look(one), 240_000)
})
