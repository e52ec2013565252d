/** The page of one rollout: what is in the way, and the controls, each with its consequence said first. */
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { defaultGate } from '../../src/rollout/policy.ts'
import type { RolloutWhole } from '../../web/src/api/types.ts'
import { describeWith } from '../support/needs.ts'
import { rolloutEnds, updateStates } from '../support/office.ts'
import { until } from '../support/until.ts'
import { violations } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'

const WITHIN = 60_000
const TEST_MS = 180_000

/** Failures that stop nothing. */
const lenient = { ...defaultGate, failurePercent: 100 }

/** The machine may be busy. */
const soon = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: WITHIN })

const bucket = (page: Page, name: string) => page.locator(`button[data-bucket="${name}"]`)
const numberOf = async (page: Page, name: string): Promise<number> =>
  Number((await bucket(page, name).locator('.number').textContent())?.replace(/\D/g, ''))
const control = (page: Page, name: string) =>
  page.getByRole('group', { name: 'Управление' }).getByRole('button', { name, exact: true })
const state = (page: Page) => page.getByTestId('rollout-state')
const asked = (page: Page) => page.getByRole('dialog')
const rows = (page: Page) => page.getByRole('table', { name: 'Кассы обновления' }).locator('[data-key]')

describeWith(CHROMIUM, 'the page of a rollout', () => {
  let office: PageOffice
  let version = 95_000
  const tills = (store: string) =>
    office.fleet.stores.find(({ code }) => code === store)?.devices.map((one) => one.cashId) ?? []

  const begin = async (options: object = {}): Promise<string> => {
    version += 1000
    const { id } = await office.office.addPackage({ version })
    return office.office.rollOut(id, options)
  }
  const shown = (id: string) => office.api<RolloutWhole>('GET', `/rollouts/${id}`)

  beforeAll(async () => {
    office = await openPageOffice({ fleet: { stores: 2, tills: 8, timeZones: ['Europe/Moscow'] } })
  }, 120_000)
  afterAll(() => office?.close())
  /** What a test left under way would hold the tills of the next one. */
  afterEach(async () => {
    const live = await office.api<{ items: { id: string; allowed: string[] }[] }>(
      'GET',
      '/rollouts?filter=state:running,paused,stopping',
    )
    for (const { id, allowed } of live.items) {
      if (allowed.includes('stop')) await office.api('POST', `/rollouts/${id}/stop`, {})
      await rolloutEnds(office.office, id, WITHIN)
    }
  }, TEST_MS)
  beforeEach(() => {
    for (const device of office.fleet.devices) device.faults.set(null)
  })

  /** The pilot has ended, and the second wave waits for a person. */
  const waitingRollout = async (): Promise<string> => {
    const gate = { approval: true, minimumSample: 1 }
    const waves = [{ by: 'stores', stores: ['M1'], name: 'пилот', gate }, { by: 'rest' }]
    const id = await begin({ waves, name: 'по волнам' })
    const isReady = async () => {
      const { counts, waves: all } = await shown(id)
      if (counts.byState.ready === 4 && all[0]?.gate.verdict?.for === 'approval') return true
      throw new Error(JSON.stringify([counts, all[0]?.gate.verdict, await updateStates(office.office, id)]))
    }
    await until(isReady, { within: WITHIN, label: 'the second wave waits' })
    return id
  }

  it(
    'groups what failed by reason, and retries just those who were shown, to success',
    async () => {
      const [first = '', second = '', third = ''] = tills('M1')
      for (const cashId of [first, second, third])
        office.fleet.device(cashId).faults.set({ kind: 'healthFails' })
      const id = await begin({ policy: { gate: lenient } })
      await rolloutEnds(office.office, id, WITHIN)
      for (const cashId of [first, second, third]) office.fleet.device(cashId).faults.set(null)

      const { page, go, faults } = await office.visit({ role: 'operator' })
      await go(`rollouts/${id}`)
      await soon(() => numberOf(page, 'succeeded')).toBe(5)
      expect(await numberOf(page, 'rolledBack')).toBe(3)
      expect(await numberOf(page, 'failed')).toBe(0)
      const group = page.locator('[data-reason="healthFailed"]')
      await group.getByText('Не прошла проверку').waitFor()
      expect(await group.textContent()).toContain('смотреть ККТ, журнал')
      expect(await group.textContent()).toContain('разработчик пакета')

      await bucket(page, 'rolledBack').click()
      await page.waitForURL(/state=rolledBack/)
      await soon(() => rows(page).count()).toBe(3)
      expect(await rows(page).first().textContent()).toContain('Не прошла проверку')
      await page.goBack()

      await group.getByRole('button', { name: /^Повторить неудачные/ }).click()
      await asked(page).getByText('Будут повторены 3 кассы').waitFor()
      for (const cashId of [first, second, third])
        expect(await asked(page).locator(`[data-cash-id="${cashId}"]`).count()).toBe(1)
      // Somebody else retries one of them meanwhile.
      const { items } = await office.api<{ items: { id: string }[] }>(
        'GET',
        `/rollouts/${id}/updates?filter=cashId:${first}`,
      )
      await office.api('POST', `/updates/${items[0]?.id}/retry`, {})
      await asked(page).getByRole('button', { name: 'Повторить эти' }).click()
      await asked(page).getByText('Повтор запрошен: 2 кассы').waitFor()
      expect(await asked(page).locator(`[data-cash-id="${first}"]`).textContent()).toContain(
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
    'tells of a stop in devices before it is done, takes tills out, and releases a wave past its person',
    async () => {
      const id = await waitingRollout()
      const { page, go, faults } = await office.visit({ role: 'operator' })
      await go(`rollouts/${id}`)
      await page.getByRole('heading', { name: 'по волнам' }).waitFor()
      const gate = page.locator('.rollout-gate[data-wave="1"]')
      await gate.getByText('Ждёт человека').waitFor()
      expect(await gate.textContent()).toContain('Удачно 4, неудачно 0, оценено 4 из 4')

      const [out = '', other = ''] = tills('M2')
      await control(page, 'Пропустить кассу').click()
      const yes = asked(page).getByRole('button', { name: 'Пропустить кассу' })
      await asked(page)
        .getByLabel('Номера касс')
        .fill(`${out} ${tills('M1')[0]}`)
      await asked(page).getByText('1 касса будет пропущена').waitFor()
      expect(await yes.isDisabled()).toBe(true)
      await asked(page).getByLabel('Причина').fill('на ремонте')
      await yes.click()
      await asked(page).getByText('Пропущена 1 касса').waitFor()
      expect(await asked(page).textContent()).toContain('уже закончена')
      await asked(page).getByRole('button', { name: 'Закрыть' }).last().click()
      await soon(() => numberOf(page, 'skipped')).toBe(1)
      await page.locator('[data-bucket="skipped"][data-reason="skippedByPerson"]').waitFor()

      await control(page, 'Стоп').click()
      const consequence = asked(page).getByTestId('consequence')
      await consequence.getByText('3 кассы не начнут').waitFor()
      await consequence.getByText('5 касс останутся как есть').waitFor()
      await asked(page).getByRole('button', { name: 'Отмена' }).click()
      expect((await shown(id)).state).toBe('running')

      await control(page, 'Запустить волну 2').click()
      await asked(page).getByText('3 кассы начнут или продолжат').waitFor()
      await asked(page).getByRole('button', { name: 'Запустить волну 2' }).click()
      await soon(() => numberOf(page, 'succeeded')).toBe(7)
      expect((await shown(id)).waves[1]?.releasedBy).toMatch(/operator/)
      expect(other).not.toBe('')
      expect(faults).toEqual([])
    },
    TEST_MS,
  )

  it(
    'is stopped by a click, and says so',
    async () => {
      const id = await waitingRollout()
      const { page, go, faults } = await office.visit({ role: 'operator' })
      await go(`rollouts/${id}`)
      await control(page, 'Стоп').click()
      await asked(page).getByText('4 кассы не начнут').waitFor()
      await asked(page).getByText('Остановленное обновление не продолжить').waitFor()
      await asked(page).getByLabel('Причина').fill('жалоба магазина')
      await asked(page).getByRole('button', { name: 'Стоп' }).click()
      await soon(() => state(page).textContent()).toBe('Остановлено')
      expect(await numberOf(page, 'cancelled')).toBe(4)
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
    'says which gate stopped it, in numbers, and goes on only with a reason',
    async () => {
      for (const cashId of tills('M1')) office.fleet.device(cashId).faults.set({ kind: 'healthFails' })
      const gate = { failurePercent: 10, minimumSample: 2 }
      const id = await begin({ waves: [{ by: 'stores', stores: ['M1'], gate }, { by: 'rest' }] })
      const isPaused = async () => (await shown(id)).state === 'paused'
      await until(isPaused, { within: WITHIN, label: 'the gate stops it' })
      const { page, go, faults } = await office.visit({ role: 'operator' })
      await go(`rollouts/${id}`)
      const banner = page.getByRole('alert').filter({ hasText: 'Обновление приостановлено' })
      await banner.getByText(/Волна 1: не удалось \d из \d оценённых: 100%, допустимо 10%/).waitFor()
      await control(page, 'Продолжить').click()
      const yes = asked(page).getByRole('button', { name: 'Продолжить' })
      await asked(page).getByText('Нужна причина').waitFor()
      expect(await yes.isDisabled()).toBe(true)
      await asked(page).getByLabel('Причина').fill('проверили: ложная тревога')
      await yes.click()
      await soon(async () => (await shown(id)).state).not.toBe('paused')
      await soon(() => banner.count()).toBe(0)
      expect(faults).toEqual([])
    },
    TEST_MS,
  )

  it(
    'is paused and resumed by keyboard alone',
    async () => {
      const id = await waitingRollout()
      const { page, go, faults } = await office.visit({ role: 'operator' })
      await go(`rollouts/${id}`)
      await control(page, 'Приостановить').waitFor()
      const tabTo = async (name: string): Promise<void> => {
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
      await page.keyboard.press('Escape')
      await soon(() => asked(page).count()).toBe(0)
      expect((await shown(id)).state).toBe('paused')
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
    'shows a viewer everything and lets nothing be pressed; nothing for axe to find; the clock is also a table',
    async () => {
      const [off = ''] = tills('M2')
      await office.fleet.device(off).setFault({ kind: 'off' })
      const id = await begin({ policy: { offline: 'skip', maxAttempts: 1 } })
      await rolloutEnds(office.office, id)
      const { page, go, faults } = await office.visit({ role: 'viewer' })
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
      await page.waitForURL(/view=table/)
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
