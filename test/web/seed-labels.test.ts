/** The table of the old page's labels, each found on this page by its Russian text. */
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addEvent } from '../../src/db/events.ts'
import { importFleet } from '../../src/db/fleet.ts'
import { saveStatus } from '../../src/db/status.ts'
import type { Status } from '../../src/device/contract.ts'
import { profileOf } from '../../src/sim/profile.ts'
import { describeWith } from '../support/needs.ts'
import { CHROMIUM, openPageOffice, type PageOffice, type Visitor } from './page-office.ts'
import { type Place, places, type SeedLabel, seedLabels } from './seed-labels.ts'

const HOUR_MS = 3_600_000

/** As the pictures show them; the others of the ten are like the second. */
const selfCheckouts: Readonly<Record<string, { shift: number | null; sum: number }>> = {
  '50001002': { shift: 1, sum: 0 },
  '50001004': { shift: 2, sum: 50 },
  '50001006': { shift: 3, sum: 0 },
}
const closed: Status['shift'] = { open: false, number: null, openedAt: null }
const open = (number: number): Status['shift'] => ({ open: true, number, openedAt: null })
const fiscal: NonNullable<Status['fiscal']> = {
  deviceNumber: '1',
  fnNumber: '9280440300000015',
  flags: [],
  validUntil: '2099-12-29',
  ffd: '1.05',
  ofdQueue: { length: 15, firstNumber: 15, firstAt: new Date(Date.now() - 27 * HOUR_MS).toISOString() },
  lastClosing: { number: 15, at: new Date(Date.now() - 26 * HOUR_MS).toISOString() },
}

async function fill({ office, fleet }: PageOffice): Promise<void> {
  const [store] = fleet.inventory.stores
  if (store === undefined) throw new Error('no store')
  const device = (cashId: string, number: number, name: string, host: string | null) => ({
    ...{ kind: number === 0 ? ('selfCheckout' as const) : ('till' as const), cashId, number, name, host },
  })
  const ids = Array.from({ length: 10 }, (_, i) => String(50_001_002 + i))
  const devices = [
    ...ids.map((id) => device(id, 0, `Терминал самообслуживания id = ${id}`, null)),
    device('1', 1, 'Терминал №1', '127.0.0.1'),
    device('91', 91, 'Терминал №91', '127.0.0.1'),
    device('92', 92, 'Терминал №92', '127.0.0.1'),
  ].map((one) => ({ port: 22, user: 'nightshift', credential: 'default', agent: 'nightctl', ...one }))
  const bare = { ...store, name: 'ООО "Вот это - магазин"', maxDownloads: 4, maxInstalls: 1, devices }
  await importFleet(office.db, { stores: [bare] }, 'test')
  const rows = await office.db.prisma.device.findMany()
  const idOf = (cashId: string) => rows.find((row) => row.cashId === cashId)?.id ?? ''
  const say = async (cashId: string, version: number | null, said: Partial<Status>) => {
    const kind = ids.includes(cashId) ? ('selfCheckout' as const) : ('till' as const)
    const profile = profileOf({ index: 1, kind, sinceMs: Date.now(), shifts: 'closed' })
    const status = { ...profile, autoUpdate: false, health: 'healthy', blocked: false, ...said }
    await saveStatus(office.db, idOf(cashId), { source: 'look', version, status } as never)
    await saveStatus(office.db, idOf(cashId), { source: 'look', reason: 'tillOffline' })
  }
  const download = {
    state: 'none',
    received: 0,
    size: null,
    version: null,
    sha256: null,
    reason: null,
  } as const
  for (const id of ids) {
    const { shift = null, sum = 0 } = selfCheckouts[id] ?? {}
    const cashier =
      shift === null ? { kind: 'none', name: null } : { kind: 'selfCheckout', name: 'Пользователь SCO' }
    await say(id, null, {
      ...{ download, sum, cashier: cashier as Status['cashier'] },
      shift: shift === null ? closed : open(shift),
    })
  }
  const petrov = { kind: 'person', name: 'Петров' } as const
  await say('1', 97_000, { download, sum: 125_205, cashier: petrov, shift: open(1), autoUpdate: true })
  await say('91', 95_000, { download, shift: open(5), fiscal })
  const firstAt = '2020-10-28T11:12:00+03:00'
  await say('92', 95_000, {
    fiscal: {
      ...fiscal,
      validUntil: '2021-12-29',
      ofdQueue: { length: 1, firstNumber: 15, firstAt },
      lastClosing: { number: 15, at: '2020-10-28T11:12:57+03:00' },
    },
  })
  const storeId = rows[0]?.storeId ?? ''
  const params = { version: 95_000, cashId: '91' }
  await addEvent(office.db.pool, {
    ...{ code: 'downloadFinished', actor: 'conductor', storeId, deviceId: idOf('91'), params },
  })
}

const drawer = (page: Page): Locator => page.getByRole('dialog', { name: 'Настройки терминала' })
const region = (page: Page, name: string): Locator => drawer(page).getByRole('region', { name, exact: true })
const TILLS = 'stores/M1/tills'
const till = (cashId: string) => `${TILLS}?till=${cashId}`

/** The address that shows it, and the part of the page that it stands in. */
const found: Readonly<Record<Place, readonly [where: string, part: (page: Page) => Locator]>> = {
  crumbs: [TILLS, (page) => page.locator('.crumbs')],
  selector: [TILLS, (page) => page.locator('.crumbs')],
  tabs: [TILLS, (page) => page.getByRole('navigation', { name: 'Монитор оборудования' })],
  store: [TILLS, (page) => page.locator('.screen-head')],
  ticked: [TILLS, (page) => page.getByRole('group', { name: 'Действия с отмеченными кассами' })],
  columns: [TILLS, (page) => page.getByRole('table').getByRole('row').first()],
  cells: [TILLS, (page) => page.getByRole('table')],
  foot: [TILLS, (page) => page.locator('footer')],
  window: [till('91'), drawer],
  fields: [till('91'), (page) => drawer(page).locator('.terminal-fields')],
  downloads: [till('91'), (page) => region(page, 'Загрузка обновлений')],
  management: [till('91'), (page) => region(page, 'Управление')],
  shift: [till('91'), (page) => region(page, 'Управление')],
  replication: [till('91'), (page) => region(page, 'Репликация')],
  fiscal: [till('91'), (page) => region(page, 'Статус ККТ')],
  dates: [till('92'), (page) => region(page, 'Статус ККТ')],
  buttons: [till('91'), drawer],
}

/** A space of a number is one that does not break. */
const textOf = (text: string | RegExp): string | RegExp =>
  typeof text === 'string' && /\d \d/.test(text) ? new RegExp(`^${text.replaceAll(' ', '\\s')}$`) : text

function locate(page: Page, { place, text, as }: SeedLabel): Locator {
  const part = found[place][1](page)
  const wanted = textOf(text)
  if (as === undefined) return part.getByText(wanted, { exact: true })
  return part.getByRole(as, { name: wanted, exact: true })
}

describeWith(CHROMIUM, 'the labels of the old page', () => {
  let office: PageOffice
  let visitor: Visitor
  let at = ''
  beforeAll(async () => {
    office = await openPageOffice({ worker: false, fleet: { stores: 1, tills: 1 } })
    await fill(office)
    visitor = await office.visit()
  }, 240_000)
  afterAll(() => office?.close())

  it.each(places)(
    '%s',
    async (place) => {
      const labels = seedLabels.filter((one) => one.place === place)
      expect(labels.length).toBeGreaterThan(0)
      const [where] = found[place]
      if (where !== at) await visitor.go(where)
      at = where
      await found[place][1](visitor.page).first().waitFor()
      const missing: string[] = []
      for (const label of labels)
        await locate(visitor.page, label)
          .first()
          .waitFor({ timeout: missing.length === 0 ? 40_000 : 5000 })
          .catch(() => missing.push(`${label.as ?? 'text'}: ${label.text}`))
      expect(missing).toEqual([])
      expect(visitor.faults).toEqual([])
    },
    240_000,
  )

  it('are all looked for, each once in its place', () => {
    const keys = seedLabels.map(({ place, text, as }) => `${place} ${as ?? ''} ${text}`)
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys.length).toBeGreaterThan(90)
  })
})
