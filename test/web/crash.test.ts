/** What a fault of the page itself looks like, and the chain on a day when nothing is updated. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { expectClean, shoot, violations } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { isAt, soon } from './soon.ts'

const TEST_MS = 480_000

describeWith(CHROMIUM, 'a broken screen, and a quiet chain', () => {
  let office: PageOffice
  beforeAll(async () => {
    office = await openPageOffice({ fleet: { stores: 2, tills: 6, timeZones: ['Europe/Moscow'] } })
  }, 240_000)
  afterAll(() => office?.close())

  it(
    'an answer of another shape breaks that screen alone: it says so, with the text, and a way on',
    async () => {
      const { page, go, close } = await office.visit()
      let isBroken = true
      await page.route(/\/api\/v1\/rollouts\?/, async (route) => {
        if (!isBroken) return route.continue()
        const response = await route.fetch()
        await route.fulfill({ response, json: { items: [{ id: 'x', name: { of: 'nobody' } }], next: null } })
      })
      await go('rollouts')
      await page.getByRole('heading', { name: 'Страница сломалась', level: 1 }).waitFor()
      await soon(() => page.title()).toBe('Страница сломалась · Nightshift')
      await page.getByText('Загрузите её снова. Если повторится, передайте текст ниже.').waitFor()
      expect(await page.locator('.crash').textContent()).toMatch(/\w+/)
      expect(await violations(page)).toEqual([])
      await shoot(page, 'crash')

      // The rest of the page goes on.
      await page.getByRole('link', { name: 'Журнал', exact: true }).click()
      await page.getByRole('heading', { name: 'Журнал', exact: true }).waitFor()
      await page.locator('.journal-row[data-code]').first().waitFor()
      await page.getByRole('link', { name: 'Обновления', exact: true }).click()
      await page.getByRole('heading', { name: 'Страница сломалась' }).waitFor()
      isBroken = false
      await page.getByRole('button', { name: 'Загрузить снова' }).click()
      await page.getByRole('heading', { name: 'Обновления', level: 1 }).waitFor()
      await page.getByText('Обновлений ещё не было').waitFor()
      expect(await page.locator('.crash').count()).toBe(0)
      await close()
    },
    TEST_MS,
  )

  it(
    'without any rollout the headline says how the fleet is, and what comes next',
    async () => {
      const visitor = await office.visit()
      const { page, go, close } = visitor
      const plain = async (selector: string) =>
        ((await page.locator(selector).textContent()) ?? '').replaceAll(/\s/g, ' ')
      const sentence = () => soon(() => plain('.chain-headline .chain-sentence'))
      const next = () => soon(() => plain('.chain-headline .chain-rollout-links >> nth=1'))
      await go('chain')
      await page.getByRole('heading', { name: 'Откроются ли все магазины?' }).waitFor()
      expect(await page.locator('.chain-word').getAttribute('data-answer')).toBe('quiet')
      await sentence().toMatch(/0 из 6.* 6$|0 из 6.*6/)
      await next().toBe('Ничего не запланировано.')
      await expectClean(visitor)
      await shoot(page, 'idle-never')

      const { id } = await office.api<{ id: string }>('POST', '/commands', { kind: 'look', selection: {} })
      const isOver = async () => (await office.api<{ isOver: boolean }>('GET', `/commands/${id}`)).isOver
      await until(isOver, { within: 60_000, label: 'every till was asked' })
      await sentence().toMatch(/6 из 6/)

      const { id: packageId } = await office.office.addPackage({ version: 96_000 })
      await office.api('POST', '/rollouts', { name: 'Ночь 96', packageId, selection: { stores: ['M1'] } })
      await next().toMatch(/Ночь 96/)
      expect(await page.locator('.chain-word').getAttribute('data-answer')).toBe('quiet')
      await expectClean(visitor)
      await shoot(page, 'idle-planned')
      await page
        .locator('.chain-headline')
        .getByRole('link', { name: /Ночь 96/ })
        .click()
      await isAt(page, /rollouts\/[0-9a-f-]{36}/)
      await close()
    },
    TEST_MS,
  )
})
