/** One till of a rollout in its drawer: where it stands, how it came to that, and the way on from there. */
import { expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { rolloutEnds } from '../support/office.ts'
import { violations } from './looks.ts'
import { CHROMIUM } from './page-office.ts'
import { lenient, rolloutScene, rows, soon, TEST_MS, WITHIN } from './rollout-scene.ts'
import { isAt, isDrawn } from './soon.ts'

describeWith(CHROMIUM, 'one till of a rollout', () => {
  const scene = rolloutScene()

  it(
    'opens from what is in the way, tells all of it, and is retried alone',
    async () => {
      const [first = '', second = ''] = scene.tills('M1')
      for (const cashId of [first, second])
        scene.office.fleet.device(cashId).faults.set({ kind: 'healthFails' })
      const id = await scene.begin({ policy: { gate: lenient } })
      await rolloutEnds(scene.office.office, id, WITHIN)
      for (const cashId of [first, second]) scene.office.fleet.device(cashId).faults.set(null)

      const { page, go, faults } = await scene.office.visit({ role: 'operator' })
      await go(`rollouts/${id}`)
      await page.locator('[data-reason="healthFailed"]').getByRole('link', { name: first }).click()
      await isAt(page, /update=/)
      const drawer = page.getByRole('dialog', { name: 'Обновление кассы' })
      await drawer.getByText(first, { exact: false }).first().waitFor()
      const reason = drawer.locator('.rollout-update-reason')
      await soon(() => reason.textContent()).toContain('Не прошла проверку')
      await soon(() => reason.textContent()).toContain('смотреть ККТ, журнал')
      await soon(() => reason.textContent()).toContain('разработчик пакета')
      // Where it came from was nobody's knowledge but the till's own.
      await soon(() => drawer.getByText('95 → 96').count()).toBe(1)
      const attempts = drawer.getByRole('table', { name: 'Ход по времени' })
      await attempts.getByRole('row').filter({ hasText: 'Загрузка' }).getByText('Попытка 1').waitFor()
      const log = drawer.getByRole('region', { name: 'Журнал обновления' }).locator('pre')
      await soon(() => log.textContent()).toContain('Не прошла проверку')
      await soon(async () => {
        await log.click({ clickCount: 3 })
        return String(await page.evaluate('String(getSelection())'))
      }).not.toBe('')
      expect(await violations(page)).toEqual([])

      // Its address is enough, and what is behind it is the till's own drawer.
      await page.reload()
      await drawer.getByRole('button', { name: 'Настройки терминала' }).click()
      await page.getByRole('dialog', { name: 'Настройки терминала' }).waitFor()
      expect(new URL(page.url()).searchParams.get('till')).toBe(first)
      await page.goBack()
      await drawer.waitFor()

      await drawer.getByRole('button', { name: 'Повторить эту кассу' }).click()
      const question = page.getByRole('dialog', { name: 'Повторить неудачные' })
      await question.getByText('Будет повторена 1 касса').waitFor()
      await soon(() => question.locator(`[data-cash-id="${first}"]`).count()).toBe(1)
      await isDrawn(page)
      await page.keyboard.press('Escape')
      await soon(() => question.count()).toBe(0)
      expect(await drawer.count()).toBe(1)
      await drawer.getByRole('button', { name: 'Повторить эту кассу' }).click()
      await question.getByRole('button', { name: 'Повторить эти' }).click()
      await question.getByText('Повтор запрошен: 1 касса').waitFor()
      await question.getByRole('button', { name: 'Закрыть' }).last().click()
      await drawer.locator('.rollout-update-head').getByText('Обновлена').waitFor({ timeout: WITHIN })
      expect((await scene.shown(id)).counts.byBucket).toMatchObject({ rolledBack: 1, succeeded: 7 })
      await isDrawn(page)
      await page.keyboard.press('Escape')
      await soon(() => drawer.count()).toBe(0)
      await soon(() => new URL(page.url()).searchParams.get('update')).toBeNull()
      expect(faults).toEqual([])
    },
    TEST_MS,
  )

  it(
    'opens from the list by keyboard, and says so where the rollout has no such till',
    async () => {
      const id = await scene.begin()
      await rolloutEnds(scene.office.office, id, WITHIN)
      const { page, go, faults } = await scene.office.visit({ role: 'viewer' })
      await go(`rollouts/${id}?tab=tills`)
      await soon(() => rows(page).count()).toBe(8)
      await rows(page).first().focus()
      await page.keyboard.press('Enter')
      const drawer = page.getByRole('dialog', { name: 'Обновление кассы' })
      await drawer.getByText('Первый чек после установки').waitFor()
      await soon(() => drawer.getByRole('button', { name: 'Повторить эту кассу' }).count()).toBe(0)
      await isDrawn(page)
      await page.keyboard.press('Escape')
      await soon(() => drawer.count()).toBe(0)
      for (const none of ['0b4dd1b1-6a5d-4a53-9a3e-0d1f4c5a7d11', 'nobody']) {
        await go(`rollouts/${id}?update=${none}`)
        await drawer.getByText('Такой кассы в этом обновлении нет').waitFor()
      }
      expect(faults).toEqual([])
    },
    TEST_MS,
  )
})
