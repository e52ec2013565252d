/** What goes wrong at night without anybody's fault: a network that drops, a hand that slips, a clock that is wrong. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { isAt, soon } from './soon.ts'

const TEST_MS = 480_000

describeWith(CHROMIUM, 'slips of a night', () => {
  let office: PageOffice

  beforeAll(async () => {
    office = await openPageOffice({ fleet: { stores: 1, tills: 3, timeZones: ['Europe/Moscow'] } })
    await office.api('POST', '/commands', { kind: 'look', selection: {} })
    await until(
      async () => {
        const { status } = await office.api<{ status: object | null }>('GET', '/devices/50001002')
        return status !== null
      },
      { within: 60_000, label: 'the till was looked at' },
    )
  }, 240_000)
  afterAll(() => office?.close())

  it(
    'the address of a store alone leads to its tills',
    async () => {
      const { page, go, faults, close } = await office.visit()
      await go('stores/M1')
      await isAt(page, /stores\/M1\/tills$/)
      await page.locator('[data-key="50001002"]').waitFor()
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'what is pressed without a network fails at once, and waits for none',
    async () => {
      const { page, go, close } = await office.visit({ role: 'operator' })
      await go('stores/M1/tills?till=50001002')
      const look = page.getByRole('button', { name: 'Опросить', exact: true })
      await look.waitFor()
      await page.context().setOffline(true)
      await look.click()
      await page.getByRole('alert').getByText('Сервер не ответил').first().waitFor()
      await close()
    },
    TEST_MS,
  )

  it(
    'an answer that is lost on its way, and the same pressed again: it is done once',
    async () => {
      const { page, go, close } = await office.visit({ role: 'operator' })
      await go('stores/M1/messages')
      const keys: (string | undefined)[] = []
      await page.route('**/api/v1/commands', async (route) => {
        const request = route.request()
        if (request.method() !== 'POST' || request.postData()?.includes('"preview":true') === true)
          return route.continue()
        keys.push(request.headers()['idempotency-key'])
        const reply = await route.fetch()
        await (keys.length === 1 ? route.abort() : route.fulfill({ response: reply }))
      })
      await page.getByRole('textbox', { name: 'Текст сообщения' }).fill('Дважды')
      const send = page.getByRole('button', { name: 'Отправить сообщение' })
      await send.click()
      await page.getByRole('alert').getByText('unanswered').first().waitFor()
      await send.click()
      await isAt(page, /id=/)
      expect(keys).toHaveLength(2)
      expect(keys[1]).toBe(keys[0])
      const { items } = await office.api<{ items: { text?: string }[] }>('GET', '/commands')
      expect(items.filter(({ text }) => text === 'Дважды')).toHaveLength(1)
      await close()
    },
    TEST_MS,
  )

  it(
    'a dangerous question has the focus on no',
    async () => {
      const { page, go, faults, close } = await office.visit({ role: 'operator' })
      await go('stores/M1/tills?selected=50001002&kind=closeShift')
      await page.getByRole('dialog').waitFor()
      await soon(() => page.locator('*:focus').textContent()).toBe('Отмена')
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'ages are told by the server’s clock, not by a machine that is hours ahead',
    async () => {
      const { page, go, faults, close } = await office.visit()
      await page.addInitScript(() => {
        const real = Date.now
        Date.now = () => real() + 5 * 3_600_000
      })
      await go('stores/M1/tills?till=50001002')
      const said = page.getByText(/Прочитано .* назад/).first()
      await said.waitFor()
      expect(await said.textContent()).not.toMatch(/\d\s*ч/)
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )
})
