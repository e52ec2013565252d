/** A store with a server, tills, price checkers and fiscal devices; for the tests of its tabs. */
import type { Page } from 'playwright-core'
import { until } from '../support/until.ts'
import { openPageOffice, type PageOffice, type Visitor } from './page-office.ts'

export const WITHIN = 120_000
export const TEST_MS = 480_000

export const fact = (page: Page, label: string) =>
  page.locator('dt', { hasText: new RegExp(`^${label}$`) }).locator('xpath=following-sibling::dd[1]')
export const row = (page: Page, key: string) => page.locator(`[data-key="${key}"]`)

export interface StoreOffice {
  readonly office: PageOffice
  /** Cash ids of M1, without its server. */
  readonly tills: readonly string[]
  /** Its id, when it is over. */
  command(body: object): Promise<string>
  /** Somebody who has opened this address. */
  open(where: string, options?: Parameters<PageOffice['visit']>[0]): Promise<Visitor>
}

/** Two stores with servers and twelve tills whose shifts are the seed's; M1 has two price checkers. */
export async function openStoreOffice(): Promise<StoreOffice> {
  const office = await openPageOffice({
    fleet: { stores: 2, tills: 12, shifts: 'seed', storeServers: true, timeZones: ['Europe/Moscow'] },
  })
  const { devices } = await office.api<{ devices: { cashId: string; kind: string }[] }>('GET', '/stores/M1')
  await office.office.db.pool.query(
    `INSERT INTO device (id, store_id, kind, cash_id, number, name, host, host_keys)
     SELECT gen_random_uuid(), id, 'priceChecker', 'pc' || n, 90 + n, 'Прайс-чекер у входа ' || n,
       CASE WHEN n = 1 THEN '10.0.0.41' END, '{}' FROM store, generate_series(1, 2) n WHERE code = 'M1'`,
  )
  return {
    office,
    tills: devices.filter(({ kind }) => kind !== 'storeServer').map(({ cashId }) => cashId),
    command: async (body) => {
      const { id } = await office.api<{ id: string }>('POST', '/commands', body)
      const isOver = async () => (await office.api<{ isOver: boolean }>('GET', `/commands/${id}`)).isOver
      await until(isOver, { within: WITHIN, label: 'the command ends' })
      return id
    },
    open: async (where, options = {}) => {
      const visitor = await office.visit(options)
      await visitor.go(where)
      return visitor
    },
  }
}
