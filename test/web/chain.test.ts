/** The chain board: will every store open, every till at once, by keyboard alone, as it happens. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { defaultGate } from '../../src/rollout/policy.ts'
import { describeWith } from '../support/needs.ts'
import { rolloutEnds } from '../support/office.ts'
import { shoot, violations } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { isAt, isDrawn, isLive, soon } from './soon.ts'

const TEST_MS = 480_000

const cell = (page: Page, cashId: string) => page.locator(`[role="gridcell"][data-cash="${cashId}"]`)
const markOf = (page: Page, cashId: string) => cell(page, cashId).getAttribute('data-mark')
const grid = (page: Page) => page.getByRole('grid', { name: /Карта касс/ })
const focused = (page: Page): Promise<string | null> =>
  page.evaluate('document.activeElement?.getAttribute("data-cash") ?? null')
const legend = (page: Page, name: string) =>
  page
    .getByRole('group', { name: 'Обозначения и отбор' })
    .getByRole('button', { name: new RegExp(`^${name} ?\\d`) })
const plain = async (text: Promise<string | null>): Promise<string> =>
  ((await text) ?? '').replaceAll(/\s+/g, ' ').trim()

describeWith(CHROMIUM, 'the chain board', () => {
  let office: PageOffice
  let rollout = ''
  let back = ''
  let off = ''
  let fine = ''

  beforeAll(async () => {
    office = await openPageOffice({
      fleet: { stores: 3, tills: 12, timeZones: ['Europe/Moscow', 'Asia/Yekaterinburg'] },
    })
    const tills = (store: string) =>
      office.fleet.stores.find(({ code }) => code === store)?.devices.map((one) => one.cashId) ?? []
    ;[, back = ''] = tills('M2')
    ;[off = '', , fine = ''] = tills('M3')
    office.fleet.device(back).faults.set({ kind: 'healthFails' })
    await office.fleet.device(off).setOff(true)
    const { id } = await office.office.addPackage({ version: 96_000 })
    rollout = await office.office.rollOut(id, {
      name: 'Ночь 96',
      policy: { gate: { ...defaultGate, failurePercent: 100 } },
    })
    await rolloutEnds(office.office, rollout)
  }, 240_000)
  afterAll(() => office?.close())

  it(
    'answers the question with the numbers of the rollout, and shows every till as a grid',
    async () => {
      const { page, go, faults, close } = await office.visit()
      await go('chain')
      await grid(page).waitFor()
      const part = (name: string) => plain(page.locator(`[data-part="${name}"]`).textContent())
      await soon(() => part('done')).toBe('10 из 12 готово')
      await soon(() => part('person')).toBe('1 ждёт человека')
      await soon(() => part('ready')).toContain('закончено в')
      // Nothing goes on, so there is no speed.
      await soon(() => page.locator('[data-part="rate"]').count()).toBe(0)
      const isAnswered = async () => {
        const { answer } = await office.api<{ answer: string }>('GET', '/outlook')
        return answer === (await page.locator('.chain-word').getAttribute('data-answer'))
      }
      await soon(isAnswered).toBe(true)

      const rows = grid(page).getByRole('row')
      await soon(() => rows.count()).toBe(3)
      await soon(() => grid(page).getAttribute('aria-rowcount')).toBe('3')
      await soon(() => grid(page).getByRole('gridcell').count()).toBe(12)
      // Trouble first: who went back, then who is silent.
      await soon(() => grid(page).getByRole('rowheader').allTextContents()).toEqual(['M2', 'M3', 'M1'])
      await soon(() => cell(page, back).getAttribute('aria-label')).toMatch(
        new RegExp(`^Касса.* ${back}: Откат выполнен. Не прошла проверку$`),
      )
      await soon(() => markOf(page, off)).toBe('unreachable')
      // One stop of the Tab key.
      await soon(() => grid(page).locator('[tabindex="0"]').count()).toBe(1)
      await soon(() => plain(legend(page, 'Обновлена').textContent())).toBe('Обновлена10')
      await shoot(page, 'light-ru')
      expect(await violations(page)).toEqual([])
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'leads by keyboard alone to a failed till, its drawer, its retry, and the help',
    async () => {
      const { page, go, faults, close } = await office.visit({ role: 'operator' })
      await go('chain')
      await grid(page).waitFor()
      await isDrawn(page)
      await page.keyboard.press('f')
      await soon(() => focused(page)).toBe(back)
      const card = page.getByRole('tooltip')
      await soon(() => card.textContent()).toContain('Не прошла проверку')
      const isDescribed = async () =>
        (await cell(page, back).getAttribute('aria-describedby')) === (await card.getAttribute('id'))
      await soon(isDescribed).toBe(true)
      await shoot(page, 'focus-ru')

      await page.keyboard.press('Home')
      const inRow = (place: number): Promise<string | null> =>
        grid(page)
          .getByRole('row')
          .filter({ hasText: 'M2' })
          .getByRole('gridcell')
          .nth(place)
          .getAttribute('data-cash')
      const first = await inRow(0)
      expect(first).not.toBe(back)
      await soon(() => focused(page)).toBe(first)
      await page.keyboard.press('ArrowRight')
      await soon(() => focused(page)).toBe(await inRow(1))
      await page.keyboard.press('Control+End')
      const last = await grid(page).getByRole('gridcell').last().getAttribute('data-cash')
      await soon(() => focused(page)).toBe(last)
      await page.keyboard.press('Shift+F')
      await soon(() => focused(page)).toBe(back)

      await page.keyboard.press('Enter')
      await isAt(page, new RegExp(`till=${back}`))
      await page.getByRole('dialog', { name: 'Настройки терминала' }).waitFor()
      await isDrawn(page)
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await soon(() => focused(page)).toBe(back)

      await page.keyboard.press('r')
      await isAt(page, /preview=/)
      await page.getByRole('dialog').getByText('Будет повторена 1 касса').waitFor()
      await isDrawn(page)
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await isDrawn(page)
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: 'Клавиши' }).getByText('открыть кассу').waitFor()
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'groups, and filters by the legend, in the address',
    async () => {
      const { page, go, faults, close } = await office.visit()
      await go('chain?by=zone')
      const heads = () => grid(page).locator('.chain-group strong').allTextContents()
      await soon(heads).toEqual(['Asia/Yekaterinburg', 'Europe/Moscow'])
      await soon(() => grid(page).getAttribute('aria-rowcount')).toBe('5')
      await page.getByLabel('Группировка').selectOption('wave')
      await isAt(page, /by=wave/)
      await soon(heads).toEqual(['Волна 1'])
      await page.getByLabel('Группировка').selectOption('version')
      await soon(async () => (await heads()).map((text) => text.split(' ')[1])).toEqual([
        ...['95', '96'],
        'нет',
      ])

      await go('chain')
      await legend(page, 'Откат выполнен').click()
      await isAt(page, /state=rolledBack/)
      await soon(() => grid(page).getByRole('row').count()).toBe(1)
      await soon(() => grid(page).locator('[data-dim]').count()).toBe(3)
      await soon(() => legend(page, 'Откат выполнен').getAttribute('aria-pressed')).toBe('true')
      await legend(page, 'Откат выполнен').click()
      await soon(() => grid(page).getByRole('row').count()).toBe(3)
      await page.getByRole('textbox', { name: 'Фильтр' }).fill('store:M1')
      await isAt(page, /filter=/)
      await soon(() => grid(page).getByRole('gridcell').count()).toBe(4)
      await go(`chain?rollout=${rollout}&view=compact`)
      await soon(() => grid(page).getByRole('gridcell').count()).toBe(12)
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'is at hand at 200 %, and by night',
    async () => {
      const narrow = { width: 720, height: 450 }
      const { page, go, faults, close } = await office.visit({
        viewport: narrow,
        scheme: 'dark',
        language: 'en',
      })
      await go('chain')
      await page.getByRole('grid').waitFor()
      await page.getByText('10 of 12 done', { exact: true }).waitFor()
      const outer = await page.evaluate<number>('document.documentElement.clientWidth')
      await soon(() => page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(outer)
      // No till, no word of the legend is cut off.
      const cut = async () => {
        const all = await page.locator('[role="gridcell"], .chain-key:visible').all()
        const boxes = await Promise.all(all.map((one) => one.boundingBox()))
        return boxes.filter((box) => box === null || box.x < 0 || box.x + box.width > outer)
      }
      await soon(() => page.locator('[role="gridcell"]').count()).toBeGreaterThan(0)
      await soon(cut).toEqual([])
      await page.getByRole('button', { name: 'Keys' }).waitFor()
      await shoot(page, 'dark-en-narrow')
      expect(await violations(page)).toEqual([])
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'changes cells as it happens, says when it is stale, and misses nothing once it is back',
    async () => {
      const { page, go, close } = await office.visit()
      await go('chain')
      await soon(() => markOf(page, fine)).toBe('done')
      await isLive(page)
      await page.evaluate('globalThis.samePage = true')
      const say = (cashId: string, health: string) =>
        office.office.db.pool.query(
          `UPDATE device_status st SET status = jsonb_set(st.status, '{health}', to_jsonb($2::text)), reason = NULL,
             read_at = now() + interval '1 minute', xid = (pg_current_xact_id()::text)::bigint
           FROM device d WHERE d.id = st.device_id AND d.cash_id = $1`,
          [cashId, health],
        )
      office.fleet.device(back).faults.set(null)
      await office.api('POST', `/rollouts/${rollout}/retry`, { states: ['rolledBack'] })
      await soon(() => markOf(page, back)).toBe('done')

      await office.stopApi()
      await page
        .getByText(/данные с/)
        .first()
        .waitFor()
      await say(fine, 'unhealthy')
      await office.startApi()
      await isLive(page)
      await soon(() => markOf(page, fine)).toBe('broken')
      await soon(() => plain(page.locator('.chain-risks').textContent())).toMatch(
        /M3.*не торгуют: 1 из 4.*\+7/,
      )
      await shoot(page, 'risk-ru')
      expect(await page.evaluate('globalThis.samePage')).toBe(true)
      await close()
    },
    TEST_MS,
  )
})
