/** A store's tills as the seed's page has them, with a package that lies at the first store; for the tests of that screen. */
import type { Page } from 'playwright-core'
import { until } from '../support/until.ts'
import { openPageOffice, type PageOffice } from './page-office.ts'

export const WITHIN = 120_000
export const TEST_MS = 480_000

export const row = (page: Page, cashId: string) => page.locator(`[data-key="${cashId}"]`)
export const cell = (page: Page, cashId: string, column: string) =>
  row(page, cashId).locator(`[data-column="${column}"]`)
export const drawer = (page: Page) => page.getByRole('dialog', { name: 'Настройки терминала' })
export const line = (page: Page, section: string, label: string) =>
  drawer(page)
    .getByRole('region', { name: section })
    .locator('.terminal-row')
    .filter({ has: page.getByText(label, { exact: true }) })

async function lookAtAll({ api }: PageOffice): Promise<void> {
  const { id } = await api<{ id: string }>('POST', '/commands', { kind: 'look', selection: {} })
  const isOver = async () => (await api<{ isOver: boolean }>('GET', `/commands/${id}`)).isOver
  await until(isOver, { within: WITHIN, label: 'every till was asked' })
}

async function bringPackage({ api, office }: PageOffice): Promise<string> {
  const { id } = await office.addPackage({ version: 96_000, size: 800_000 })
  await api('POST', `/packages/${id}/distribute`, { selection: { stores: ['M1'] } })
  const isThere = async () =>
    (await api<{ packages: { state: string }[] }>('GET', '/stores/M1')).packages[0]?.state === 'present'
  await until(isThere, { within: WITHIN, label: 'the package lies in the store' })
  return id
}

export interface TillsOffice {
  readonly office: PageOffice
  readonly packageId: string
}

/** Two stores of six tills, every one asked how it is; package 96 lies at M1. */
export async function openTillsOffice(): Promise<TillsOffice> {
  const office = await openPageOffice({
    fleet: {
      stores: 2,
      tills: 12,
      shifts: 'seed',
      timeZones: ['Europe/Moscow'],
      installsByItself: true,
      speed: { downloadBytesPerSecond: 400_000 },
    },
  })
  try {
    const packageId = await bringPackage(office)
    await lookAtAll(office)
    return { office, packageId }
  } catch (error) {
    await office.close()
    throw error
  }
}
