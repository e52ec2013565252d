/** For who cannot bear what moves, and for who sees few colours: nothing moves, and every mark is still told apart. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { shoot } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice, type Visitor } from './page-office.ts'
import { soon } from './soon.ts'

const TEST_MS = 480_000

/** Whatever moves by itself or would at the next change, its pseudo elements too: in a line each. */
const moving = (page: Page) =>
  page.evaluate<string[]>(`(() => {
    const longest = (text) => Math.max(...text.split(',').map(Number.parseFloat))
    const found = []
    for (const one of document.querySelectorAll('*'))
      for (const part of [undefined, '::before', '::after']) {
        const style = getComputedStyle(one, part)
        const moves = style.animationName !== 'none' && longest(style.animationDuration) > 0
        const turns = style.transitionProperty !== 'none' && longest(style.transitionDuration) > 0
        if (moves || turns) found.push(one.tagName + '.' + one.getAttribute('class') + (part ?? ''))
      }
    return [...new Set(found)]
  })()`)

describeWith(CHROMIUM, 'other senses', () => {
  let office: PageOffice
  let visitor: Visitor
  let rollout: string
  beforeAll(async () => {
    office = await openPageOffice({ worker: false, fleet: { stores: 2, tills: 6 } })
    const { id } = await office.office.addPackage({ version: 96_000 })
    rollout = await office.office.rollOut(id, { name: 'Ночь 96' })
    await office.office.db.pool.query(
      `UPDATE rollout SET state = 'running', started_at = now() WHERE id = $1`,
      [rollout],
    )
    visitor = await office.visit()
  }, 240_000)
  afterAll(() => office?.close())

  it(
    'nothing moves for who asked for that: what waits, what opens, what slides',
    async () => {
      const { page, go, faults } = visitor
      await go('settings/tokens')
      await page.getByRole('button', { name: 'Создать ключ доступа' }).click()
      await page.getByRole('dialog').getByRole('combobox', { name: 'Роль' }).click()
      expect(await moving(page)).toEqual([])
      // It is asked for, and found where it is not.
      await page.emulateMedia({ reducedMotion: 'no-preference' })
      await soon(() => moving(page)).not.toEqual([])
      await page.emulateMedia({ reducedMotion: 'reduce' })

      let release = () => {}
      const held = new Promise<void>((done) => {
        release = done
      })
      await page.route(/\/api\/v1\/(stores\/M1|board)\b/, async (route) => {
        await held
        // Of a screen that was left meanwhile nobody waits for it.
        await route.continue().catch(() => undefined)
      })
      for (const where of ['chain', 'stores/M1/tills']) {
        await go(where)
        await page.locator('.waits, .mantine-Loader-root').first().waitFor()
        expect(await moving(page)).toEqual([])
      }
      release()
      await page.unroute(/\/api\/v1\/(stores\/M1|board)\b/)
      await go('stores/M1/tills?till=50001002')
      await page.getByRole('dialog', { name: 'Настройки терминала' }).waitFor()
      expect(await moving(page)).toEqual([])
      expect(faults).toEqual([])
    },
    TEST_MS,
  )

  it(
    'in a system’s few colours the marks of the board keep their own, and bars their parts',
    async () => {
      const { page, go, faults } = visitor
      await page.emulateMedia({ forcedColors: 'active' })
      await go('chain')
      const keys = page.locator('.chain-legend .chain-cell')
      await soon(() => keys.count()).toBe(11)
      const looks = await page.evaluate<string[]>(
        `[...document.querySelectorAll('.chain-legend .chain-cell')].map((one) => {
          const { backgroundColor, backgroundImage, backgroundPosition } = getComputedStyle(one)
          return [backgroundImage.includes('svg'), backgroundColor, backgroundPosition].join(' ')
        })`,
      )
      expect(looks).toHaveLength(11)
      expect(new Set(looks).size).toBe(11)
      expect(looks.every((look) => look.startsWith('true'))).toBe(true)
      await shoot(page, 'forced-chain')
      await go(`reports?rollout=${rollout}`)
      await page.locator('.report-bar > *').first().waitFor()
      expect(
        await page.evaluate(`getComputedStyle(document.querySelector('.report-bar > *')).forcedColorAdjust`),
      ).toBe('none')
      await shoot(page, 'forced-report')
      await page.emulateMedia({ forcedColors: 'none' })
      expect(faults).toEqual([])
    },
    TEST_MS,
  )
})
