/** Drafts in the wizard: what it has no fields for, what was not saved, a newer upload, and the second person. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { violations } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { soon } from './soon.ts'

const TEST_MS = 480_000

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true, level: 2 })
const step = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Шаги' }).getByText(name, { exact: true })
const kept = (page: Page) => page.getByRole('region', { name: 'Остаётся как есть' })
const chosen = (page: Page, version: string) =>
  soon(() => page.getByRole('radio', { name: version }).getAttribute('aria-checked'))

describeWith(CHROMIUM, 'drafts in the wizard', () => {
  let office: PageOffice
  let packageId: string

  beforeAll(async () => {
    const settings = { NIGHTSHIFT_TWO_PERSONS: 'always' }
    office = await openPageOffice({ worker: false, settings, fleet: { stores: 2, tills: 6 } })
    packageId = (await office.office.addPackage({ version: 96_000 })).id
  }, 240_000)
  afterAll(() => office?.close())

  const plan = async (name: string, more: object = {}) =>
    (await office.api<{ id: string }>('POST', '/rollouts', { name, packageId, ...more })).id
  const editing = async (page: Page, name: string) => heading(page, name).waitFor()

  it(
    'keeps what it has no field for, and says so',
    async () => {
      const selection = { kinds: ['till'], exclude: [{ stores: ['M2'] }] }
      const waves = [
        { by: 'count', count: 1, of: 'devices', name: 'касса директора', gate: { soakMinutes: 45 } },
        { by: 'rest', gate: { approval: true } },
      ]
      const id = await plan('по API', { selection, waves })
      const { page, go, faults, close } = await office.visit({ role: 'operator' })
      await go(`rollouts/new?rollout=${id}`)
      await editing(page, 'Кого обновить')
      await kept(page).getByText('Кроме: Магазины: M2').waitFor()
      await page.getByText('посчитает шаг «План»').first().waitFor()
      await page.getByRole('checkbox', { name: 'Только те, где эта версия' }).check()
      expect(await violations(page)).toEqual([])
      await step(page, 'Волны').click()
      const lines = kept(page).getByRole('listitem')
      await soon(() => lines.allTextContents()).toEqual([
        'Волна 1: название «касса директора», свой порог (Выждать после прохождения, мин: 45), считать устройства, а не магазины',
        'Волна 2: свой порог (запускает человек)',
      ])
      await page.getByRole('textbox', { name: 'Волна 1: Сколько или кого' }).fill('2')
      await page.getByRole('radio', { name: 'Одна волна' }).click()
      await page.getByText('Прежнюю нарезку «Своя нарезка» заменит новая').waitFor()
      await button(page, 'Вернуть прежнюю').click()
      expect(await violations(page)).toEqual([])
      await step(page, 'План').click()
      await kept(page).getByText('Кроме: Магазины: M2').waitFor()
      await button(page, 'Сохранить изменения черновика').click()
      await heading(page, 'Согласование').first().waitFor()
      expect(await office.api('GET', `/rollouts/${id}`)).toMatchObject({
        selection: { ...selection, remaining: true },
        cut: [{ ...waves[0], count: 2 }, waves[1]],
      })
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'asks before a draft that was not saved is left for another one',
    async () => {
      const [first, second] = [await plan('первый'), await plan('второй')]
      const { page, go, faults, close } = await office.visit({ role: 'operator' })
      await go(`rollouts/new?rollout=${first}`)
      await editing(page, 'Кого обновить')
      // Nothing was changed: nothing is lost.
      await go(`rollouts/new?rollout=${second}`)
      await editing(page, 'Кого обновить')
      await page.getByRole('checkbox', { name: 'Только те, где эта версия' }).check()
      await go(`rollouts/new?rollout=${first}`)
      await page.getByText('Правки черновика «второй» не сохранены.').waitFor()
      expect(await violations(page)).toEqual([])
      await button(page, 'Вернуться к несохранённому').click()
      await editing(page, 'Кого обновить')
      await soon(() => page.getByRole('checkbox', { name: 'Только те, где эта версия' }).isChecked()).toBe(
        true,
      )
      await go(`rollouts/new?rollout=${first}`)
      await button(page, 'Открыть «первый»').click()
      await editing(page, 'Кого обновить')
      await soon(() => page.getByRole('checkbox', { name: 'Только те, где эта версия' }).isChecked()).toBe(
        false,
      )
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'says beforehand that somebody else has to approve, where the head office asks for it',
    async () => {
      const { page, go, faults, close } = await office.visit({ role: 'approver' })
      await go('rollouts/new?step=policy')
      const twoPersons = page.getByRole('switch', { name: 'Согласует второй человек' })
      await page.getByText('Так настроен головной офис: отключить нельзя.').waitFor()
      await soon(async () => [await twoPersons.isChecked(), await twoPersons.isDisabled()]).toEqual([
        true,
        true,
      ])
      await step(page, 'План').click()
      const notice = page.getByRole('region', { name: 'Нужны двое' })
      await notice.getByText('план согласует другой человек с правом согласования, не вы').waitFor()
      expect(await violations(page)).toEqual([])
      await button(page, 'Сохранить черновик').click()
      await button(page, 'На согласование').waitFor()
      expect(await button(page, 'Старт').count()).toBe(0)
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )

  it(
    'stays with its package when a newer one is uploaded, and begins with the newest when it is opened anew',
    async () => {
      const { page, go, faults, close } = await office.visit({ role: 'operator' })
      await go('rollouts/new')
      await chosen(page, '96').toBe('true')
      await office.office.addPackage({ version: 97_000 })
      await page.getByRole('radio', { name: '97' }).waitFor({ timeout: 120_000 })
      await chosen(page, '96').toBe('true')
      await button(page, 'Далее').click()
      await step(page, 'План').click()
      await page.getByRole('textbox', { name: 'Название' }).waitFor()
      await soon(() => page.getByRole('textbox', { name: 'Название' }).getAttribute('placeholder')).toBe(
        'Обновление до 96',
      )
      await go('rollouts/new')
      await chosen(page, '97').toBe('true')
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )
})
