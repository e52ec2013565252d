/** A rollout by the wizard, from its package to the approval by a second person. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openShift } from '../../src/sim/scene.ts'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { violations } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { soon } from './soon.ts'

const WITHIN = 120_000
const TEST_MS = 480_000

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const next = (page: Page) => button(page, 'Далее').click()
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true, level: 2 })
const fact = (page: Page, name: string) =>
  page.locator('.plan-fact').filter({ has: page.getByText(name, { exact: true }) })

describeWith(CHROMIUM, 'the wizard', () => {
  let office: PageOffice
  let blocked: string
  let lateShift: string

  beforeAll(async () => {
    office = await openPageOffice({ fleet: { stores: 2, tills: 6, timeZones: ['Asia/Vladivostok'] } })
    await office.office.addPackage({ version: 96_000 })
    await office.office.addPackage({ version: 97_000 })
    const [first, second] = office.fleet.devices
    if (first === undefined || second === undefined) throw new Error('no tills')
    blocked = first.cashId
    lateShift = second.cashId
    await office.api('POST', `/devices/${blocked}/block`, { on: true, reason: 'broken' })
    await openShift(second, { hours: 3 })
  }, 240_000)
  afterAll(() => office?.close())

  const stateOf = async (id: string) => (await office.api<{ state: string }>('GET', `/rollouts/${id}`)).state

  it(
    'sends a plan back with the reason, and its maker changes just that draft',
    async () => {
      const policy = { twoPersons: true }
      const packages = await office.api<{ items: { id: string; version: string }[] }>('GET', '/packages')
      const packageId = packages.items.find((one) => one.version === '00096000')?.id
      const maker = await office.visit({ role: 'approver' })
      await maker.go('rollouts/new')
      const { page } = maker
      await page.getByRole('radio', { name: '96' }).click()
      // Five times Next is a sane plan.
      for (const step of ['Кого обновить', 'Волны', 'Окно', 'Правила', 'План']) {
        await next(page)
        await heading(page, step).waitFor()
      }
      await fact(page, 'Обновятся').waitFor()
      await button(page, 'Сохранить черновик').click()
      await button(page, 'Старт').waitFor()
      const id = new URL(page.url()).searchParams.get('rollout') ?? ''
      expect(await office.api('GET', `/rollouts/${id}`)).toMatchObject({
        state: 'draft',
        name: 'Обновление до 96',
        package: { id: packageId },
        policy: { twoPersons: false },
      })
      await office.api('POST', `/rollouts/${id}/revise`, { policy }, { 'If-Match': '*' })
      await office.api('POST', `/rollouts/${id}/submit`)
      const second = await office.visit({ role: 'approver' })
      await second.go(`rollouts/new?step=approval&rollout=${id}`)
      await button(second.page, 'Вернуть').click()
      const dialog = second.page.getByRole('dialog', { name: 'Вернуть на доработку' })
      await dialog.getByRole('textbox', { name: 'Причина' }).fill('не в пятницу')
      await dialog.getByRole('button', { name: 'Вернуть' }).click()
      await second.page.getByText('Возвращено: не в пятницу').waitFor()
      expect(await stateOf(id)).toBe('draft')

      await maker.go(`rollouts/new?step=approval&rollout=${id}`)
      await page.getByText('Возвращено: не в пятницу').waitFor()
      await button(page, 'Изменить в мастере').click()
      await heading(page, 'Кого обновить').waitFor()
      await page.getByRole('radio', { name: 'По списку касс' }).click()
      await page.getByRole('textbox', { name: 'Идентификаторы касс' }).fill(`${lateShift}\n0`)
      await page.getByRole('navigation', { name: 'Шаги' }).getByText('План', { exact: true }).click()
      await page.getByText('Такой план составить нельзя').waitFor()
      await page.getByText('selection.cashIds.1').waitFor()
      await page.getByText('Такой кассы нет: 0').waitFor()
      await button(page, 'К шагу «Кого обновить»').click()
      await page.getByRole('textbox', { name: 'Идентификаторы касс' }).fill(lateShift)
      await page.getByRole('navigation', { name: 'Шаги' }).getByText('План', { exact: true }).click()
      await fact(page, 'Обновятся').getByText('1 устройство').waitFor()
      await button(page, 'Сохранить изменения черновика').click()
      await heading(page, 'Согласование').first().waitFor()
      expect(await office.api('GET', `/rollouts/${id}`)).toMatchObject({
        plan: { targets: 1 },
        policy: { twoPersons: true },
        selection: { cashIds: [lateShift] },
      })
      await button(page, 'На согласование').click()
      await page
        .getByRole('region', { name: 'Согласование' })
        .getByRole('paragraph')
        .filter({ hasText: 'Этот план составили вы' })
        .waitFor()
      expect(await button(page, 'Согласовать этот план').getAttribute('aria-disabled')).toBe('true')
      await office.api('POST', `/rollouts/${id}/stop`, {})
      expect([...maker.faults, ...second.faults]).toEqual([])
      await Promise.all([maker.close(), second.close()])
    },
    TEST_MS,
  )

  it(
    'leads from a package to the approval by a second person',
    async () => {
      const maker = await office.visit({ role: 'operator' })
      const { page } = maker
      await maker.go('rollouts')
      await button(page, 'Новое обновление').click()

      await heading(page, 'Пакет').waitFor()
      const newest = page.getByRole('radio', { name: '97' })
      await soon(() => newest.getAttribute('aria-checked')).toBe('true')
      await page.getByText('00097000').first().waitFor()
      await page.getByText('Без подписи').first().waitFor()
      expect(await violations(page)).toEqual([])
      await next(page)

      await heading(page, 'Кого обновить').waitFor()
      await page.getByText('6 устройств', { exact: true }).waitFor()
      await page.getByRole('radio', { name: 'По условиям' }).click()
      await page.getByRole('combobox', { name: 'Магазины' }).click()
      await page.getByRole('option', { name: /^M1 · / }).click()
      await page.getByText('3 устройства', { exact: true }).waitFor()
      expect(await violations(page)).toEqual([])
      await page.getByRole('radio', { name: 'Вся сеть' }).click()
      await page.getByText('6 устройств', { exact: true }).waitFor()
      await next(page)

      await heading(page, 'Волны').waitFor()
      await page.getByRole('radio', { name: 'Пилот → доли → остальные' }).click()
      await page.getByRole('checkbox', { name: 'После пилота ждать человека' }).check()
      expect(await violations(page)).toEqual([])
      await next(page)

      await heading(page, 'Окно').waitFor()
      await page.getByText('Запретов нет.').waitFor()
      expect(await violations(page)).toEqual([])
      await next(page)

      await heading(page, 'Правила').waitFor()
      await page.getByRole('switch', { name: 'Согласует второй человек' }).check({ force: true })
      await page.getByText('1 изменение', { exact: true }).first().waitFor()
      await page.getByText('Ещё настройки').click()
      await page.getByRole('combobox', { name: 'Смена открыта: что делать' }).waitFor()
      expect(await violations(page)).toEqual([])

      await page.reload()
      await heading(page, 'Правила').waitFor()
      await soon(() => page.getByRole('switch', { name: 'Согласует второй человек' }).isChecked()).toBe(true)
      const rail = page.getByRole('navigation', { name: 'Шаги' })
      await rail.getByText('Пилот → доли → остальные').waitFor()
      await next(page)

      await heading(page, 'План').waitFor()
      await fact(page, 'Обновятся').getByText('5 устройств').waitFor()
      await fact(page, 'Обновятся').getByText('в 2 магазинах').waitFor()
      await fact(page, 'Не войдут').getByText('1', { exact: true }).waitFor()
      const waves = page.getByRole('region', { name: 'Волны' })
      await waves.getByText('1 · пилот').waitFor()
      await waves.getByText('запускает человек').waitFor()
      const leftOut = page.getByRole('region', { name: 'Кто не войдёт и почему' })
      await leftOut.getByText('узнать причину').waitFor()
      await leftOut.getByText('Заблокирована').click()
      await leftOut.getByText(`${blocked} · M1`).waitFor()
      expect(await violations(page)).toEqual([])

      await button(page, 'Проверить кассы сейчас').click()
      await page.getByText(/^Опрошено 5 из 5, начато в/).waitFor({ timeout: WITHIN })
      const stopped = page.getByRole('table', { name: 'Кто не готов этой ночью' })
      const shift = stopped.getByRole('row').filter({ hasText: lateShift })
      await shift.getByText('Смена открыта').waitFor()
      await soon(() => stopped.getByRole('row').count()).toBe(2)
      expect(await violations(page)).toEqual([])

      await page.getByRole('textbox', { name: 'Название' }).fill('Ночь 97')
      await button(page, 'Сохранить черновик').click()
      await heading(page, 'Согласование').first().waitFor()
      const id = new URL(page.url()).searchParams.get('rollout') ?? ''
      expect(await stateOf(id)).toBe('draft')
      await page.getByText('Если составить план сейчас, он будет тот же самый.').waitFor()
      expect(await button(page, 'Старт').count()).toBe(0)
      const hash = await page.locator('.approval-facts .plan-hash').getAttribute('data-hash')
      expect(await violations(page)).toEqual([])
      await button(page, 'На согласование').click()
      await page.getByText('План ждёт согласования.').waitFor()
      const approve = button(page, 'Согласовать этот план')
      expect(await approve.getAttribute('aria-disabled')).toBe('true')
      await page.getByText('Согласует тот, у кого есть такое право.').waitFor()
      expect(maker.faults).toEqual([])

      const second = await office.visit({ role: 'approver' })
      await second.go('rollouts')
      const awaiting = second.page.getByRole('alert').filter({ hasText: 'Ждёт вашего согласования' })
      await awaiting.getByText('Ночь 97').waitFor()
      expect(await violations(second.page)).toEqual([])
      await awaiting.getByRole('link', { name: 'Посмотреть план' }).click()
      await second.page.getByRole('region', { name: 'Согласование' }).waitFor()
      await second.page.getByRole('region', { name: 'Кто не войдёт и почему' }).waitFor()
      expect(await second.page.locator('.approval-facts .plan-hash').getAttribute('data-hash')).toBe(hash)
      await button(second.page, 'Согласовать этот план').click()
      const question = second.page.getByRole('dialog', { name: 'Согласовать этот план' })
      await question.getByText('5 устройств в 2 магазинах', { exact: false }).waitFor()
      await question.getByRole('button', { name: 'Согласовать этот план' }).click()
      await until(async () => ['running', 'finished'].includes(await stateOf(id)), {
        within: WITHIN,
        label: 'the rollout runs',
      })
      const kept = await office.api<{ planHash: string; approvedBy: string; createdBy: string }>(
        'GET',
        `/rollouts/${id}`,
      )
      expect(kept.planHash).toBe(hash)
      expect(kept.approvedBy).not.toBe(kept.createdBy)
      expect(second.faults).toEqual([])

      await second.go('rollouts')
      const row = second.page.locator(`[data-key="${id}"]`)
      await row.getByRole('img', { name: /^Устройства: / }).waitFor()
      await row.getByText('/ approver', { exact: false }).waitFor()
      await Promise.all([maker.close(), second.close()])
    },
    TEST_MS,
  )

  it('shows a viewer no way in', async () => {
    const viewer = await office.visit({ role: 'viewer' })
    const { page } = viewer
    await viewer.go('rollouts')
    const make = button(page, 'Новое обновление')
    await soon(() => make.getAttribute('aria-disabled')).toBe('true')
    await make.hover()
    await page.getByText('Вашей роли это не разрешено').waitFor()
    await make.click({ force: true })
    expect(new URL(page.url()).pathname).toBe('/rollouts')
    await viewer.go('rollouts/new?step=plan')
    await page.getByText('Вашей роли это не разрешено').waitFor()
    expect(await button(page, 'Далее').count()).toBe(0)
    expect(await violations(page)).toEqual([])
    expect(viewer.faults).toEqual([])
    await viewer.close()
  })
})
