/** The frame around every screen: sections, the jump, keys, and what is said when something is amiss. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { openPrefixProxy } from './prefix-proxy.ts'
import { isAt, isDrawn, isLive, soon } from './soon.ts'

const palette = (page: Page) => page.getByRole('combobox', { name: 'Найти магазин, кассу, обновление' })
const option = (page: Page, name: RegExp | string) => page.getByRole('option', { name })
const focused = (page: Page) =>
  page.locator(':focus').evaluate((one) => one.textContent?.trim() || one.getAttribute('aria-label'))

describeWith(CHROMIUM, 'the page', () => {
  let office: PageOffice
  let rollout: string
  beforeAll(async () => {
    office = await openPageOffice()
    const { id } = await office.office.addPackage()
    const made = await office.api<{ id: string }>('POST', '/rollouts', { name: 'Ночь 96', packageId: id })
    rollout = made.id
  }, 240_000)
  afterAll(() => office?.close())

  it('leads from the root to a store by the sections and the selector', async () => {
    const { page, go, faults } = await office.visit()
    await go('')
    await page.getByRole('link', { name: 'Монитор оборудования' }).click()
    await page.getByRole('link', { name: 'Кассы/обновление касс' }).waitFor()
    await page.getByRole('button', { name: 'Выберите магазин' }).click()
    await page.getByRole('option', { name: /\(M2\)/ }).click()
    await isAt(page, /stores\/M2\/tills/)
    await isLive(page)
    expect(faults).toEqual([])
  })

  it('jumps by keys alone: to a store, a till by name, number or address, a rollout, a section', async () => {
    const { page, go, faults } = await office.visit()
    const jump = async (text: string, found: RegExp | string, to: RegExp) => {
      await page.keyboard.press('/')
      await palette(page).fill(text)
      await option(page, found).waitFor()
      await page.keyboard.press('Enter')
      await isAt(page, to)
      await palette(page).waitFor({ state: 'detached' })
    }
    const [till] = office.fleet.stores[1]?.devices ?? []
    const { host } =
      (await office.api<{ items: { host: string }[] }>('GET', '/devices?limit=1')).items[0] ?? {}
    await go('journal')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await isDrawn(page)
    await jump('m2', /\(M2\)/, /stores\/M2\/tills$/)
    await jump(
      till?.cashId ?? '',
      new RegExp(`${till?.cashId}`),
      new RegExp(`M2/tills\\?till=${till?.cashId}`),
    )
    await page.getByRole('dialog').waitFor()
    await isDrawn(page)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await jump('ночь', /Ночь 96/, new RegExp(`rollouts/${rollout}`))
    await jump('распис', 'Расписание', /\/schedule$/)

    await page.keyboard.press('/')
    await palette(page).fill(host ?? '')
    await option(page, new RegExp(`${host}`.replaceAll('.', '\\.')))
      .first()
      .waitFor()
    await palette(page).fill('1')
    await option(page, /№ 1\b/).first().waitFor()
    await palette(page).fill('нет такого "магазина\\')
    await page.getByText('Ничего не найдено').waitFor()
    await page.keyboard.press('Escape')
    await palette(page).waitFor({ state: 'detached' })

    // What was jumped to stands first the next time, and arrows lead there.
    await page.keyboard.press('Control+k')
    await option(page, 'Расписание').first().waitFor()
    expect(await page.getByRole('group', { name: 'Недавние' }).getByRole('option').allTextContents()).toEqual(
      [
        'Расписание',
        expect.stringContaining('Ночь 96'),
        expect.stringContaining(`${till?.cashId}`),
        expect.stringContaining('(M2)'),
      ],
    )
    await soon(() => palette(page).evaluate((one) => one.matches(':focus'))).toBe(true)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await isAt(page, new RegExp(`rollouts/${rollout}`))
    expect(faults).toEqual([])
  })

  it('an Enter pressed before the server has answered still goes there', async () => {
    const { page, go } = await office.visit()
    await go('journal')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await isDrawn(page)
    await page.keyboard.press('/')
    await palette(page).pressSequentially('M1')
    await page.keyboard.press('Enter')
    await isAt(page, /stores\/M1\/tills/)
  })

  it('keys are told by `?`, mean nothing while somebody types, and work where Russian is typed', async () => {
    const { page, go } = await office.visit()
    await go('journal')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await isDrawn(page)
    await page.keyboard.press('?')
    const help = page.getByRole('dialog', { name: 'Клавиши' })
    await help.getByRole('region', { name: 'На любом экране' }).getByText('Найти магазин').waitFor()
    await isDrawn(page)
    await page.keyboard.press('Escape')
    await help.waitFor({ state: 'detached' })

    const field = page.locator('.filter-box input')
    await field.focus()
    await page.keyboard.press('/')
    await page.keyboard.press('?')
    await soon(() => field.inputValue()).toBe('/?')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.keyboard.press('Control+k')
    await palette(page).waitFor()
    await isDrawn(page)
    await page.keyboard.press('Escape')
    await palette(page).waitFor({ state: 'detached' })

    await page.locator('body').evaluate((body) => {
      body.ownerDocument.activeElement?.dispatchEvent(new Event('blur'))
      const { KeyboardEvent: Made } = body.ownerDocument.defaultView as unknown as {
        KeyboardEvent: new (type: string, init: object) => Event
      }
      body.dispatchEvent(new Made('keydown', { key: '.', code: 'Slash', bubbles: true, cancelable: true }))
    })
    await palette(page).waitFor()
  })

  it('the first Tab leads past the sections, and the head comes in its order', async () => {
    const { page, go } = await office.visit()
    await go('journal')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await isDrawn(page)
    await page.keyboard.press('Tab')
    await soon(() => focused(page)).toBe('К содержанию')
    await page.keyboard.press('Tab')
    await soon(() => focused(page)).toBe('Nightshift')
    await page.keyboard.press('Tab')
    await soon(() => focused(page)).toContain('Найти магазин')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await soon(() => page.locator(':focus').getAttribute('id')).toBe('content')
    expect(page.url()).toMatch(/\/journal/)
  })

  it('a session that ends meanwhile leads to the sign-in and back to just this address', async () => {
    const { page, go } = await office.visit()
    await go('stores/M2/tills?filter=kind:till&sort=-number')
    await page.getByRole('link', { name: 'Журнал сервера' }).waitFor()
    await isLive(page)
    await page.context().clearCookies()
    // Whatever is looked at again next finds out.
    const [first] = office.fleet.stores[1]?.devices ?? []
    await office.api('POST', '/commands', { kind: 'look', cashIds: [first?.cashId] })
    await isAt(page, /sign-in\?to=/)
    const to = new URL(page.url()).searchParams.get('to') ?? ''
    expect(decodeURIComponent(to)).toBe('/stores/M2/tills?filter=kind:till&sort=-number')
    await page.locator('input[name="login"]').fill('admin1')
    await page.locator('input[name="password"]').fill('correct horse battery')
    await page.keyboard.press('Enter')
    await soon(() => page.url()).toBe(`${office.url}${to}`)
    await page.getByRole('link', { name: 'Журнал сервера' }).waitFor()
  })

  it('a session that ended before the stream begun leads there, too: the stream is the first to be refused', async () => {
    const { page, go, close } = await office.visit()
    await page.route(/\/api\/v1\/live\b/, async (route) => {
      await page.context().clearCookies()
      await route.fulfill({
        status: 401,
        contentType: 'application/problem+json',
        body: '{"code":"tokenInvalid"}',
      })
    })
    await go('stores/M2/tills')
    await isAt(page, /sign-in\?to=/)
    await close()
  })

  it('says when the server is gone, keeps what is shown, and mends itself when asked', async () => {
    const port = Number(new URL(office.url).port)
    const proxy = await openPrefixProxy('', port)
    const { page, close } = await office.visit()
    const rows = page.getByRole('table').locator('[data-key]')
    await page.goto(`${proxy.url}/stores/M1/tills`)
    await isLive(page)
    await rows.first().waitFor()
    await proxy.close()
    const banner = page.getByRole('alert').filter({ hasText: 'Связи с сервером нет с' })
    await banner.waitFor()
    await page.getByText(/данные с \d/).waitFor()
    expect(await rows.count()).toBeGreaterThan(0)
    // The browser would try again by itself as well: it waits for an answer until somebody asks.
    let isAsked = false
    let tries = 0
    await page.route(/\/api\/v1\/live\b/, async (route) => {
      tries += 1
      if (isAsked) await route.continue()
    })
    await soon(() => tries).toBeGreaterThan(0)
    const again = await openPrefixProxy('', port, Number(new URL(proxy.url).port))
    isAsked = true
    await banner.getByRole('button', { name: 'Повторить' }).click()
    await isLive(page)
    await banner.waitFor({ state: 'detached' })
    await close()
    await again.close()
  })

  it('the language and the theme stay chosen', async () => {
    const { page, go } = await office.visit()
    await go('journal')
    const person = page.getByRole('banner').getByRole('button', { name: /^admin/ })
    await person.click()
    await page.getByRole('menuitem', { name: 'Тёмное' }).click()
    await person.click()
    await page.getByRole('menuitem', { name: 'English' }).click()
    await page.getByRole('link', { name: 'Equipment monitor' }).waitFor()
    await page.reload()
    await page.getByRole('link', { name: 'Equipment monitor' }).waitFor()
    const html = page.locator('html')
    await soon(() => html.getAttribute('data-mantine-color-scheme')).toBe('dark')
    await soon(() => html.getAttribute('lang')).toBe('en')
  })

  it('an address that is none, and a store that is not there, say so', async () => {
    const { page, go } = await office.visit()
    await go('no/such/page')
    await page.getByText('Такой страницы нет').waitFor()
    await page.getByRole('link', { name: 'К обзору сети' }).click()
    await isAt(page, /\/chain/)
    await go('stores/NONE/tills')
    await page.getByText('notFound').waitFor()
  })
})

describeWith(CHROMIUM, 'a new head office', () => {
  let office: PageOffice
  beforeAll(async () => {
    office = await openPageOffice({ fleet: { stores: 0, tills: 0 }, worker: false })
  }, 240_000)
  afterAll(() => office?.close())

  it('says what comes first, on the first screen and in the equipment monitor', async () => {
    const { page, go, faults } = await office.visit()
    for (const where of ['chain', 'stores']) {
      await go(where)
      await page.getByRole('heading', { name: 'С чего начать' }).waitFor()
      const steps = page.getByRole('region', { name: 'С чего начать' }).getByRole('listitem')
      await soon(() => steps.count()).toBe(5)
      await steps.filter({ hasText: 'nightshift package sign' }).waitFor()
    }
    await page.getByRole('link', { name: 'Загрузить список магазинов и касс' }).click()
    await isAt(page, /settings\/fleet/)
    expect(faults).toEqual([])
  })

  it('somebody whose groups have no store is not told to begin', async () => {
    const { page, go } = await office.visit({ role: 'operator', storeGroups: ['north'] })
    await go('stores')
    await page.getByText('В ваших группах магазинов нет').waitFor()
  })
})
