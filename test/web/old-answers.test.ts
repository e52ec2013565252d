/** What the page says where an answer is old, is missing, or cannot be whole: never nothing. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { defaultGate } from '../../src/rollout/policy.ts'
import * as scene from '../../src/sim/scene.ts'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { expectClean, shoot } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { isLive, press, soon } from './soon.ts'

const TEST_MS = 480_000
const TILL = '50001002'

const banner = (page: Page) => page.getByRole('alert').filter({ hasText: 'Часть экрана не обновляется' })
const row = (page: Page, key: string) => page.locator(`[data-key="${key}"]`)
const tick = (page: Page, key: string) => row(page, key).getByRole('checkbox')

describeWith(CHROMIUM, 'answers that are old', () => {
  let office: PageOffice

  const look = async (): Promise<void> => {
    const { id } = await office.api<{ id: string }>('POST', '/commands', { kind: 'look', selection: {} })
    await until(async () => (await office.api<{ isOver: boolean }>('GET', `/commands/${id}`)).isOver, {
      within: 60_000,
      label: 'the tills were looked at',
    })
  }
  beforeAll(async () => {
    office = await openPageOffice({ fleet: { stores: 1, tills: 4, timeZones: ['Europe/Moscow'] } })
    await look()
  }, 240_000)
  afterAll(() => office?.close())

  it(
    'a list that cannot be read anew stays, and it is said since when it is of then, and why',
    async () => {
      const { page, go, faults, close } = await office.visit()
      await go('stores/M1/tills')
      await row(page, TILL).waitFor()
      await isLive(page)
      let refusals = 0
      await page.route('**/api/v1/devices?*', (route) => {
        refusals += 1
        return route.fulfill({
          status: 500,
          contentType: 'application/problem+json',
          body: '{"code":"internalError","status":500}',
        })
      })
      await look()
      await banner(page).getByText('internalError').waitFor()
      expect(await banner(page).textContent()).toMatch(/на ней данные с \d\d:\d\d\. Ошибка в головном офисе/)
      // The stream is alive: it is this answer that is old, and not all of them.
      await isLive(page)
      expect(await row(page, TILL).count()).toBe(1)
      await expectClean({ page, faults })
      await shoot(page, 'old-banner')
      // By itself, too, and soon.
      const before = refusals
      await soon(() => refusals).toBeGreaterThan(before)
      await banner(page).getByRole('button', { name: 'Повторить' }).click()
      await page.unroute('**/api/v1/devices?*')
      await banner(page).waitFor({ state: 'detached' })
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'what changes while the stream is on its way is shown as soon as it is open',
    async () => {
      const { page, go, faults, close } = await office.visit()
      let release = () => {}
      const held = new Promise<void>((done) => {
        release = done
      })
      await page.route(/\/api\/v1\/live\b/, async (route) => {
        await held
        await route.continue()
      })
      await go('stores/M1/tills')
      await row(page, TILL).waitFor()
      const former = await office.api<{ name: string }>('GET', `/devices/${TILL}`)
      await office.api('PATCH', `/devices/${TILL}`, { name: 'Иначе названа' }, { 'If-Match': '*' })
      release()
      // Sooner than everything is looked at again anyhow, once a minute.
      await row(page, TILL).getByText('Иначе названа').waitFor({ timeout: 40_000 })
      await office.api('PATCH', `/devices/${TILL}`, { name: former.name }, { 'If-Match': '*' })
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'more rows than an address holds are refused at their ticks, in words, and not dropped',
    async () => {
      const { page, go, faults, close } = await office.visit()
      const others = Array.from({ length: 198 }, (_, n) => `x${n}`).join(',')
      await go(`stores/M1/tills?selected=${others}`)
      await press(tick(page, TILL), true)
      const told = page.getByText('Отмечено 200: больше за один раз нельзя')
      await page.getByText('Отмечено 199 строк').waitFor()
      expect(await told.count()).toBe(0)
      const keys = await page
        .locator('[data-key]')
        .evaluateAll((all) => all.map((one) => one.dataset.key ?? ''))
      const [second = '', third = ''] = keys.filter((key) => key !== TILL)
      await press(tick(page, second), true)
      await told.waitFor()
      expect(await tick(page, third).isDisabled()).toBe(true)
      expect(await tick(page, TILL).isEnabled()).toBe(true)
      await expectClean({ page, faults })
      await shoot(page, 'selection-full')
      await press(tick(page, second), false)
      await soon(() => tick(page, third).isDisabled()).toBe(false)
      // All of the list: as many as go in, and it is said that the rest did not.
      const all = page.getByRole('checkbox', { name: 'Отметить все показанные' })
      await all.click()
      await told.waitFor()
      await soon(() => page.locator('[data-key] input:checked').count()).toBe(2)
      await all.click()
      await soon(() => page.locator('[data-key] input:checked').count()).toBe(0)
      await page.getByText('Отмечено 198 строк').waitFor()
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'a retry of a rollout that cannot be read says so, and may be tried again',
    async () => {
      const { page, go, faults, close } = await office.visit()
      const dialog = page.getByRole('dialog', { name: 'Повторить неудачные' })
      await go('chain?preview=0b4dd1b1-6a5d-4a53-9a3e-0d1f4c5a7d11:failed:')
      await dialog.getByText('notFound').waitFor()
      await dialog.getByRole('button', { name: 'Повторить' }).waitFor()
      await expectClean({ page, faults })
      await dialog.getByRole('button', { name: 'Закрыть' }).click()
      await dialog.waitFor({ state: 'detached' })
      await soon(() => page.url()).not.toMatch(/preview=/)
      await close()
    },
    TEST_MS,
  )

  it(
    'flags of a fiscal drive that have a name are told by it, with the code beside; others by their code',
    async () => {
      const [device] = office.fleet.devices.filter(({ cashId }) => cashId === TILL)
      if (device === undefined) throw new Error('no till')
      await scene.setFiscal(device, { flags: ['memoryNearlyFull', 'x17', 'ofdOverdue'] })
      await look()
      const { page, go, faults, close } = await office.visit()
      const flags =
        'память ФН почти заполнена (memoryNearlyFull), x17, превышено время ожидания ответа ОФД (ofdOverdue)'
      await go('stores/M1/fiscal')
      await row(page, TILL).getByText(`Предупреждение: ${flags}`).waitFor()
      await shoot(page, 'fiscal-flags')
      await row(page, TILL).click()
      const drawer = page.getByRole('dialog', { name: 'Настройки терминала' })
      await drawer.getByText(`Признаки: ${flags}`).waitFor()
      await drawer.getByRole('button', { name: 'История состояний ККТ' }).click()
      await drawer.getByRole('table', { name: 'История состояний ККТ' }).getByText(flags).waitFor()
      await expectClean({ page, faults })
      await shoot(page, 'terminal-flags')
      await close()
    },
    TEST_MS,
  )

  it(
    'the times of gates are told with the zone that they are in',
    async () => {
      const { id: packageId } = await office.office.addPackage({ version: 96_000 })
      const gate = { ...defaultGate, soakMinutes: 600, minimumSample: 1 }
      const id = await office.office.rollOut(packageId, {
        waves: [{ by: 'cashIds', cashIds: [TILL], gate }, { by: 'rest' }],
      })
      const { page, go, faults, close } = await office.visit({ timeZone: 'Asia/Kamchatka' })
      await go(`rollouts/${id}`)
      const gates = page.getByRole('region', { name: 'Условия между волнами' })
      await gates.getByText('Время: Asia/Kamchatka').waitFor()
      await gates.getByText(/выдержка до \d\d:\d\d \(Asia\/Kamchatka\)/).waitFor({ timeout: 120_000 })
      expect(faults).toEqual([])
      await shoot(page, 'gates-zone')
      await close()
    },
    TEST_MS,
  )
})
