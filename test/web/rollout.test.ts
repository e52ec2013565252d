/** The page of one rollout: what is in the way, what stopped it, and what everybody may see of it. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { rolloutEnds } from '../support/office.ts'
import { until } from '../support/until.ts'
import { violations } from './looks.ts'
import { CHROMIUM } from './page-office.ts'
import {
  asked,
  bucket,
  control,
  lenient,
  numberOf,
  rolloutScene,
  rows,
  soon,
  state,
  TEST_MS,
  WITHIN,
} from './rollout-scene.ts'
import { isAt } from './soon.ts'

describeWith(CHROMIUM, 'the page of a rollout', () => {
  const scene = rolloutScene()

  it(
    'groups what failed by reason, and retries just those who were shown, to success',
    async () => {
      const [first = '', second = '', third = ''] = scene.tills('M1')
      for (const cashId of [first, second, third])
        scene.office.fleet.device(cashId).faults.set({ kind: 'healthFails' })
      const id = await scene.begin({ policy: { gate: lenient } })
      await rolloutEnds(scene.office.office, id, WITHIN)
      for (const cashId of [first, second, third]) scene.office.fleet.device(cashId).faults.set(null)

      const { page, go, faults } = await scene.office.visit({ role: 'operator' })
      await go(`rollouts/${id}`)
      await soon(() => numberOf(page, 'succeeded')).toBe(5)
      await soon(() => numberOf(page, 'rolledBack')).toBe(3)
      expect(await numberOf(page, 'failed')).toBe(0)
      const group = page.locator('[data-reason="healthFailed"]')
      await group.getByText('Не прошла проверку').waitFor()
      await soon(() => group.textContent()).toContain('смотреть ККТ, журнал')
      await soon(() => group.textContent()).toContain('разработчик пакета')

      await bucket(page, 'rolledBack').click()
      await isAt(page, /state=rolledBack/)
      await soon(() => rows(page).count()).toBe(3)
      await soon(() => rows(page).first().textContent()).toContain('Не прошла проверку')
      await page.goBack()

      await group.getByRole('button', { name: /^Повторить неудачные/ }).click()
      await asked(page).getByText('Будут повторены 3 кассы').waitFor()
      for (const cashId of [first, second, third])
        await soon(() => asked(page).locator(`[data-cash-id="${cashId}"]`).count()).toBe(1)
      // Somebody else retries one of them meanwhile.
      const { items } = await scene.office.api<{ items: { id: string }[] }>(
        'GET',
        `/rollouts/${id}/updates?filter=cashId:${first}`,
      )
      await scene.office.api('POST', `/updates/${items[0]?.id}/retry`, {})
      await asked(page).getByRole('button', { name: 'Повторить эти' }).click()
      await asked(page).getByText('Повтор запрошен: 2 кассы').waitFor()
      await soon(() => asked(page).locator(`[data-cash-id="${first}"]`).textContent()).toContain(
        'изменилась после предпросмотра',
      )
      await asked(page).getByRole('button', { name: 'Закрыть' }).last().click()
      await soon(() => numberOf(page, 'succeeded')).toBe(8)
      await soon(() => state(page).textContent()).toBe('Завершено')
      await page.getByText('Ничто не мешает').waitFor()
      expect(faults).toEqual([])
    },
    TEST_MS,
  )

  it(
    'says which gate stopped it, in numbers, and goes on only with a reason',
    async () => {
      for (const cashId of scene.tills('M1'))
        scene.office.fleet.device(cashId).faults.set({ kind: 'healthFails' })
      const gate = { failurePercent: 10, minimumSample: 2 }
      const id = await scene.begin({ waves: [{ by: 'stores', stores: ['M1'], gate }, { by: 'rest' }] })
      const isPaused = async () => (await scene.shown(id)).state === 'paused'
      await until(isPaused, { within: WITHIN, label: 'the gate stops it' })
      const { page, go, faults } = await scene.office.visit({ role: 'operator' })
      await go(`rollouts/${id}`)
      const banner = page.getByRole('alert').filter({ hasText: 'Обновление приостановлено' })
      await banner.getByText(/Волна 1: не удалось \d из \d оценённых: 100%, допустимо 10%/).waitFor()
      await control(page, 'Продолжить').click()
      const yes = asked(page).getByRole('button', { name: 'Продолжить' })
      await asked(page).getByText('Нужна причина').waitFor()
      expect(await yes.isDisabled()).toBe(true)
      await asked(page).getByLabel('Причина').fill('проверили: ложная тревога')
      await yes.click()
      await soon(async () => (await scene.shown(id)).state).not.toBe('paused')
      await soon(() => banner.count()).toBe(0)
      expect(faults).toEqual([])
    },
    TEST_MS,
  )

  it(
    'shows a viewer everything and lets nothing be pressed; nothing for axe to find; the clock is also a table',
    async () => {
      const [off = ''] = scene.tills('M2')
      await scene.office.fleet.device(off).setFault({ kind: 'off' })
      const id = await scene.begin({ policy: { offline: 'skip', maxAttempts: 1 } })
      await rolloutEnds(scene.office.office, id, WITHIN)
      const { page, go, faults } = await scene.office.visit({ role: 'viewer' })
      await go(`rollouts/${id}`)
      await soon(() => numberOf(page, 'unreachable')).toBe(1)
      expect(await numberOf(page, 'failed')).toBe(0)
      for (const name of ['Стоп', 'Откатить', 'Повторить неудачные']) {
        expect(await control(page, name).getAttribute('aria-disabled')).toBe('true')
        await control(page, name).click({ force: true })
        expect(await asked(page).count()).toBe(0)
      }
      await control(page, 'Откатить').hover()
      await page.getByText('Вашей роли это не разрешено').waitFor()
      await page.mouse.move(0, 0)
      await page.locator('.rollout-column').first().waitFor()
      expect(await violations(page)).toEqual([])

      await page.getByRole('button', { name: 'Таблицей' }).click()
      await isAt(page, /view=table/)
      await page
        .getByRole('table', { name: 'Волны по времени' })
        .getByText(/Обновлены 7/)
        .waitFor()
      expect(await violations(page)).toEqual([])
      await page.getByRole('tab', { name: 'Кассы' }).click()
      await soon(() => rows(page).count()).toBe(8)
      expect(await violations(page)).toEqual([])
      const file = page.waitForEvent('download')
      await page.getByRole('button', { name: 'Выгрузить показанные (CSV)' }).click()
      const text = readFileSync((await (await file).path()) ?? '', 'utf8')
      expect(text.split('\r\n')).toHaveLength(10)
      expect(text).toContain(';Нет связи;')
      await page.getByRole('tab', { name: 'Пакеты в магазинах' }).click()
      await page.getByText('На месте в 2 из 2').waitFor()
      expect(await violations(page)).toEqual([])
      await page.getByRole('tab', { name: 'Журнал' }).click()
      await page.getByText(/Начато обновление/).waitFor()
      expect(await violations(page)).toEqual([])
      expect(faults).toEqual([])
    },
    TEST_MS,
  )
})
