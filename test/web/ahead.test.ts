/** The board is asked for before the page's scripts are there: once, for just what is shown, whatever becomes of it. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { openPrefixProxy, type PrefixProxy } from './prefix-proxy.ts'
import { isLive } from './soon.ts'

const isBoard = (url: string): boolean => new URL(url).pathname.endsWith('/api/v1/board')

/** What is asked of the board. */
function watchAsked(page: Page): string[] {
  const asked: string[] = []
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url())
    if (isBoard(request.url())) asked.push(`${pathname}${search}`)
  })
  return asked
}

describeWith(CHROMIUM, 'the board ahead of the page', () => {
  let office: PageOffice
  let proxy: PrefixProxy
  beforeAll(async () => {
    office = await openPageOffice({ worker: false })
    proxy = await openPrefixProxy('/shops/nightshift', Number(new URL(office.url).port))
  }, 240_000)
  afterAll(async () => {
    await proxy?.close()
    await office?.close()
  })

  const cells = (page: Page) => page.getByRole('gridcell')

  it('is asked for once, before any script of the page runs, below a prefix and with the filter of the address', async () => {
    const { page, faults, close } = await office.visit()
    const asked = watchAsked(page)
    const board = page.waitForRequest((request) => isBoard(request.url()))
    // Without it they would not come.
    await page.route('**/assets/*.js', async (route) => {
      await board
      await route.continue()
    })
    await page.goto(`${proxy.url}/chain?filter=store:M1`)
    await cells(page).first().waitFor()
    await isLive(page)
    expect(asked).toEqual(['/shops/nightshift/api/v1/board?filter=store%3AM1'])
    expect(faults).toEqual([])
    await close()
  })

  it('is asked for again by the page when that was lost', async () => {
    const { page, close } = await office.visit()
    await page.route('**/api/v1/board*', (route) => route.abort(), { times: 1 })
    const asked = watchAsked(page)
    await page.goto(`${proxy.url}/chain`)
    await cells(page).first().waitFor()
    expect(asked).toHaveLength(2)
    await close()
  })

  it('is not asked for by a screen that has none', async () => {
    const { page, faults, close } = await office.visit()
    const asked = watchAsked(page)
    await page.goto(`${proxy.url}/stores/M1/tills`)
    await page.getByText('Терминал №1').first().waitFor()
    expect(asked).toEqual([])
    expect(faults).toEqual([])
    await close()
  })
})
