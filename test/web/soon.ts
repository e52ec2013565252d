/** Waits for what a page shows in the end: the machine may be busy, and the browser and the head office take turns. */
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

/** Only a guard against hanging: of one look, and of a test with many. */
export const PATIENT = { timeout: 40_000 }
export const PATIENT_MS = 480_000

/** Looks until it is so. */
export const soon = <T>(look: () => T | Promise<T>) => expect.poll(look, PATIENT)

/** Where the page is in the end: that one navigation overtook another is no failure. */
export const isAt = (page: Page, address: RegExp): Promise<void> => soon(() => page.url()).toMatch(address)

/** Goes there while the page may be on its way by itself, as of a session that ended: whichever comes last. */
export const goAnyway = async (way: Promise<unknown>): Promise<void> => {
  await way.catch((error: unknown) => {
    if (!/interrupted by another navigation|ERR_ABORTED/.test(String(error))) throw error
  })
}

/** The page hears of what changes from now on. */
export const isLive = (page: Page): Promise<void> =>
  page
    .getByRole('banner')
    .getByText(/^(на связи|live)$/)
    .waitFor()

/** A frame and a turn later: what was just drawn listens to keys, and has the focus that it asked for. */
export const isDrawn = (page: Page): Promise<unknown> =>
  page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))')

/** Nothing on it is still on its way. */
export const isLoaded = (page: Page) =>
  soon(() => page.locator('.mantine-Loader-root, .skeleton, [data-loading="true"]').count()).toBe(0)

/** Ticked or unticked where the address keeps it: it shows so a turn later. */
export async function press(box: Locator, isOn: boolean): Promise<void> {
  await box.click()
  await soon(() => box.isChecked()).toBe(isOn)
}
