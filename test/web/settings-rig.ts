/** What the tests of the settings share: how a person finds things there. */
import type { Locator, Page } from 'playwright-core'

export const WITHIN = 120_000
export const TEST_MS = 480_000

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
export const dialog = (page: Page) => page.getByRole('dialog')
export const card = (page: Page, host: string) => page.locator(`article.settings-host[data-host="${host}"]`)

export const chooseFile = (page: Page, name: string, text: string) =>
  page.locator('input[type="file"]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })

/** Of a list's rows, cell by cell. */
export async function rowTexts(table: Locator): Promise<string[]> {
  const rows = await table.locator('.list-row[data-key]').all()
  return Promise.all(rows.map(async (row) => (await row.getByRole('cell').allTextContents()).join(' | ')))
}
