/** The controls of a rollout, each with its consequence said first, by mouse and by keyboard. */
import { expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { rolloutEnds } from '../support/office.ts'
import { CHROMIUM } from './page-office.ts'
import {
  asked,
  control,
  lenient,
  numberOf,
  rolloutScene,
  soon,
  state,
  TEST_MS,
  WITHIN,
} from './rollout-scene.ts'
import { isDrawn } from './soon.ts'

describeWith(CHROMIUM, 'the controls of a rollout', () => {
  const scene = rolloutScene()

  it(
    'tells of a stop in devices before it is done, takes tills out, and releases a wave past its person',
    async () => {
      const id = await scene.waitingRollout()
      const { page, go, faults } = await scene.office.visit({ role: 'operator' })
      await go(`rollouts/${id}`)
      await page.getByRole('heading', { name: 'по волнам' }).waitFor()
      const gate = page.locator('.rollout-gate[data-wave="1"]')
      await gate.getByText('Ждёт человека').waitFor()
      await soon(() => gate.textContent()).toContain('Удачно 4, неудачно 0, оценено 4 из 4')

      const [out = '', other = ''] = scene.tills('M2')
      await control(page, 'Пропустить кассу').click()
      const yes = asked(page).getByRole('button', { name: 'Пропустить кассу' })
      await asked(page)
        .getByLabel('Номера касс')
        .fill(`${out} ${scene.tills('M1')[0]}`)
      await asked(page).getByText('1 касса будет пропущена').waitFor()
      expect(await yes.isDisabled()).toBe(true)
      await asked(page).getByLabel('Причина').fill('на ремонте')
      await yes.click()
      await asked(page).getByText('Пропущена 1 касса').waitFor()
      await soon(() => asked(page).textContent()).toContain('уже закончена')
      await asked(page).getByRole('button', { name: 'Закрыть' }).last().click()
      await soon(() => numberOf(page, 'skipped')).toBe(1)
      await page.locator('[data-bucket="skipped"][data-reason="skippedByPerson"]').waitFor()

      await control(page, 'Стоп').click()
      const consequence = asked(page).getByTestId('consequence')
      await consequence.getByText('3 кассы не начнут').waitFor()
      await consequence.getByText('5 касс останутся как есть').waitFor()
      await asked(page).getByRole('button', { name: 'Отмена' }).click()
      expect((await scene.shown(id)).state).toBe('running')

      await control(page, 'Запустить волну 2').click()
      await asked(page).getByText('3 кассы начнут или продолжат').waitFor()
      await asked(page).getByRole('button', { name: 'Запустить волну 2' }).click()
      await soon(() => numberOf(page, 'succeeded')).toBe(7)
      expect((await scene.shown(id)).waves[1]?.releasedBy).toMatch(/operator/)
      expect(other).not.toBe('')
      expect(faults).toEqual([])
    },
    TEST_MS,
  )

  it(
    'is stopped by a click, and says so',
    async () => {
      const id = await scene.waitingRollout()
      const { page, go, faults } = await scene.office.visit({ role: 'operator' })
      await go(`rollouts/${id}`)
      await control(page, 'Стоп').click()
      await asked(page).getByText('4 кассы не начнут').waitFor()
      await asked(page).getByText('Остановленное обновление не продолжить').waitFor()
      await asked(page).getByLabel('Причина').fill('жалоба магазина')
      await asked(page).getByRole('button', { name: 'Стоп' }).click()
      await soon(() => state(page).textContent()).toBe('Остановлено')
      await soon(() => numberOf(page, 'cancelled')).toBe(4)
      await page.getByRole('tab', { name: 'Журнал' }).click()
      await page.getByText('жалоба магазина').waitFor()
      // What is not allowed any more says why.
      await control(page, 'Приостановить').hover()
      await page.getByText('Сейчас нельзя: Остановлено').waitFor()
      expect(faults).toEqual([])
    },
    TEST_MS,
  )

  it(
    'offers nothing that would reach nobody, and says why',
    async () => {
      const isOff = (name: string) => control(page, name).getAttribute('aria-disabled')
      const own = scene.tills('M1')
      const [bad = ''] = own
      scene.office.fleet.device(bad).faults.set({ kind: 'installFails' })
      const failed = await scene.begin({ selection: { cashIds: [bad] }, policy: { gate: lenient } })
      await rolloutEnds(scene.office.office, failed, WITHIN)
      scene.office.fleet.device(bad).faults.set(null)
      const { page, go, faults } = await scene.office.visit()
      await go(`rollouts/${failed}`)
      await control(page, 'Откатить').hover()
      await page.getByText('Откатывать некого: обновлённых касс нет').waitFor()
      await control(page, 'Откатить').click({ force: true })
      expect(await asked(page).count()).toBe(0)
      expect([await isOff('Откатить'), await isOff('Повторить неудачные')]).toEqual(['true', null])

      const busy = await scene.waitingRollout()
      await go(`rollouts/${busy}`)
      await soon(() => isOff('Откатить')).toBe(null)
      const ids = own.map((cashId) => `'${cashId}'`).join(', ')
      const { pool } = scene.office.office.db
      await pool.query(`UPDATE device SET blocked = true WHERE cash_id IN (${ids})`)
      await page.reload()
      await soon(() => isOff('Откатить')).toBe('true')
      await control(page, 'Откатить').hover()
      await page.getByText('обновлённые кассы заняты, заблокированы').waitFor()
      await pool.query(`UPDATE device SET blocked = false WHERE cash_id IN (${ids})`)
      await scene.office.api('POST', `/rollouts/${busy}/skip`, {
        cashIds: scene.tills('M2'),
        reason: 'ремонт',
      })
      await soon(() => isOff('Пропустить кассу')).toBe('true')
      expect(faults).toEqual([])
    },
    TEST_MS,
  )

  it(
    'is paused and resumed by keyboard alone',
    async () => {
      const id = await scene.waitingRollout()
      const { page, go, faults } = await scene.office.visit({ role: 'operator' })
      await go(`rollouts/${id}`)
      await control(page, 'Приостановить').waitFor()
      const tabTo = async (name: string): Promise<void> => {
        await isDrawn(page)
        for (let i = 0; i < 60; i += 1) {
          await page.keyboard.press('Tab')
          const text = await page.locator('*:focus').textContent()
          if (text === name) return
        }
        throw new Error(`${name} is not reached by Tab`)
      }
      await tabTo('Приостановить')
      await page.keyboard.press('Enter')
      await asked(page).getByText('4 кассы не начнут').waitFor()
      await tabTo('Приостановить')
      await page.keyboard.press('Enter')
      await soon(() => state(page).textContent()).toBe('Приостановлено')
      await page.getByText('Приостановил человек').waitFor()
      await soon(() => asked(page).count()).toBe(0)
      await tabTo('Продолжить')
      await page.keyboard.press('Enter')
      await asked(page).waitFor()
      await isDrawn(page)
      await page.keyboard.press('Escape')
      await soon(() => asked(page).count()).toBe(0)
      expect((await scene.shown(id)).state).toBe('paused')
      // The focus is back where it was asked from.
      await soon(() => control(page, 'Продолжить').evaluate((one) => one.matches(':focus'))).toBe(true)
      await page.keyboard.press('Enter')
      await asked(page).getByText('Что произойдёт').waitFor()
      await tabTo('Продолжить')
      await page.keyboard.press('Enter')
      await soon(() => state(page).textContent()).toBe('Идёт')
      expect(faults).toEqual([])
    },
    TEST_MS,
  )

  it(
    'takes a column of pasted tills out, and says how many may be named before it is pressed',
    async () => {
      const id = await scene.waitingRollout()
      const { page, go, faults } = await scene.office.visit({ role: 'operator' })
      await go(`rollouts/${id}`)
      await control(page, 'Пропустить кассу').click()
      const yes = asked(page).getByRole('button', { name: 'Пропустить кассу' })
      const whom = asked(page).getByLabel('Номера касс')
      const others = Array.from({ length: 999 }, (_, i) => String(90_000_000 + i))
      const [out = ''] = scene.tills('M2')
      await asked(page).getByText('за один раз не больше 1000').waitFor()
      await asked(page).getByLabel('Причина').fill('на ремонте')
      await whom.fill([out, ...others, 'x1', 'x2'].join('\n'))
      await asked(page).getByText('Указано касс: 1002. За один раз можно не больше 1000').waitFor()
      expect(await yes.isDisabled()).toBe(true)
      await whom.fill([out, ...others].join('\n'))
      await asked(page).getByText('1 касса будет пропущена').waitFor()
      await yes.click()
      await asked(page).getByText('Пропущена 1 касса').waitFor()
      expect(faults).toEqual([])
    },
    TEST_MS,
  )
})
