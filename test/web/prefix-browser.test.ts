/** Below a proxy's prefix in a real browser: the built page and the queue board, from deep inside as well. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { openPrefixProxy, type PrefixProxy } from './prefix-proxy.ts'
import { isLive } from './soon.ts'

describeWith(CHROMIUM, 'below a prefix', () => {
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

  it('page and board load whole, and ask for nothing outside of it', async () => {
    // The cookie is the host's, so who signed in at the server itself is signed in here.
    const { page, faults } = await office.visit()
    await page.goto(`${proxy.url}/stores/M1/tills`)
    await isLive(page)
    await page.locator('nav a[href="/shops/nightshift/stores"]').first().waitFor()
    expect(page.url()).toMatch(`${proxy.url}/stores/M1/tills`)

    const asked = page.waitForResponse((reply) => reply.url().startsWith(`${proxy.url}/queues/api/queues`))
    await page.goto(`${proxy.url}/queues/queue/download?status=failed`)
    expect((await asked).status()).toBe(200)
    await page.locator('a[href^="/shops/nightshift/queues/queue/verify"]').first().waitFor()
    // The board names fonts of others, which its policy refuses.
    expect(faults.filter((fault) => !fault.includes('fonts.googleapis.com'))).toEqual([])
    expect(proxy.strays.filter((path) => path !== '/favicon.ico')).toEqual([])
  })
})
