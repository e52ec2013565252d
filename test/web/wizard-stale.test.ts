/** A kept draft in the wizard: as it is now, and not as some screen read it before. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addPackage } from '../../src/db/packages.ts'
import { describeWith } from '../support/needs.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'

const TEST_MS = 480_000
const KEPT = 'nightshift-wizard'
const targets = (page: Page) => page.getByRole('heading', { name: 'Кого обновить', level: 2 })

describeWith(CHROMIUM, 'a kept draft', () => {
  let office: PageOffice
  let packageId: string
  beforeAll(async () => {
    office = await openPageOffice({ worker: false, fleet: { stores: 2, tills: 6 } })
    packageId = (await office.office.addPackage({ version: 96_000 })).id
  }, 240_000)
  afterAll(() => office?.close())
  const plan = async (name: string, more: object = {}) =>
    (await office.api<{ id: string }>('POST', '/rollouts', { name, packageId, ...more })).id

  it(
    'revised by somebody while no news came: the revision is what is changed',
    async () => {
      const id = await plan('моё', { stores: ['M1'] })
      const { page, go, close } = await office.visit({ role: 'operator' })
      await page.route('**/api/v1/live*', (route) => route.abort())
      await go(`rollouts/${id}`)
      await page.getByRole('heading', { name: 'моё', exact: true }).waitFor()
      await office.api(
        'POST',
        `/rollouts/${id}/revise`,
        { name: 'их', selection: { stores: ['M2'] } },
        { 'If-Match': '*' },
      )
      await page
        .getByRole('button', { name: /^Изменить/ })
        .first()
        .click()
      await targets(page).waitFor()
      await page.getByRole('navigation', { name: 'Шаги' }).getByText('План', { exact: true }).click()
      expect(await page.getByRole('textbox', { name: 'Название' }).inputValue()).toBe('их')
      await close()
    },
    TEST_MS,
  )

  it(
    'its package for store servers taken away: what is saved has none, as the plan that was shown',
    async () => {
      const facts = { kind: 'storeServer', version: 97_000, fileName: 's.tgz', size: 10 } as const
      const server = await addPackage(office.office.db, { ...facts, sha256: 'a'.repeat(64) }, 'test')
      const id = await plan('с сервером', { serverPackageId: server?.id, stores: ['M1'] })
      const { page, go, close } = await office.visit({ role: 'operator' })
      await go(`rollouts/new?rollout=${id}`)
      await targets(page).waitFor()
      await page.evaluate(
        `sessionStorage.setItem('${KEPT}', JSON.stringify({ ...JSON.parse(sessionStorage.getItem('${KEPT}')), serverPackageId: null }))`,
      )
      await go('rollouts/new?step=plan')
      await page.getByRole('button', { name: 'Сохранить изменения черновика', exact: true }).click()
      await page.getByRole('heading', { name: 'Согласование' }).first().waitFor()
      const made = new URL(page.url()).searchParams.get('rollout')
      expect(made).toBe(id)
      expect(await office.api('GET', `/rollouts/${id}`)).toMatchObject({ serverPackageId: null })
      await close()
    },
    TEST_MS,
  )

  it(
    'a draft that an older page has begun is not thrown away unasked',
    async () => {
      const id = await plan('другой', { stores: ['M2'] })
      const { page, go, faults, close } = await office.visit({ role: 'operator' })
      await go('rollouts/new')
      await page.getByRole('radio', { name: '96' }).waitFor()
      await page.evaluate(
        `sessionStorage.setItem('${KEPT}', JSON.stringify({ name: 'полчаса работы', packageId: '${packageId}', by: localStorage.getItem('nightshift-person:${new URL(office.url).pathname}') }))`,
      )
      await go(`rollouts/new?rollout=${id}`)
      await page.getByText('полчаса работы').waitFor()
      expect(faults).toEqual([])
      await close()
    },
    TEST_MS,
  )
})
