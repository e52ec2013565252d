/** Somebody whose groups have no stores: what is empty for them is said to be so by their reach, not by a new chain. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { violations } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { PATIENT, PATIENT_MS } from './soon.ts'

const NONE = 'В ваших группах магазинов нет'
/** What is said of a chain that has just begun. */
const NEW = /ещё не было|Ещё нет|ещё нет|С чего начать|Ничего не найдено|Пусто/

describeWith(CHROMIUM, 'somebody who may see no store', () => {
  let office: PageOffice
  let packageId: string
  beforeAll(async () => {
    office = await openPageOffice({ worker: false, fleet: { stores: 1, tills: 2 } })
    packageId = (await office.office.addPackage({ version: 96_000 })).id
    await office.api('POST', '/rollouts', { name: 'Ночь 96', packageId })
  }, PATIENT_MS)
  afterAll(() => office?.close())

  it(
    'is told that on every screen that shows stores, and what happens in them',
    async () => {
      const { page, go, faults, close } = await office.visit({ role: 'operator', storeGroups: ['пустая'] })
      const screens = [
        ...['chain', 'stores', 'rollouts', 'rollouts?state=ended', 'rollouts?filter=name:x', 'rollouts/new'],
        ...['journal?filter=store:M1', 'schedule', `packages?package=${packageId}`],
        ...['settings/hosts', 'settings/hosts?tab=pinned'],
      ]
      for (const one of screens) {
        await go(one)
        const isTold = () => page.getByText(NONE).first().isVisible()
        await expect.poll(isTold, { ...PATIENT, message: one }).toBe(true)
        await page.getByText('Ваши группы магазинов: пустая.').first().waitFor()
        expect([one, NEW.exec((await page.locator('main').textContent()) ?? '')]).toEqual([one, null])
        expect([one, await violations(page)]).toEqual([one, []])
      }
      expect(faults).toEqual([])
      await close()
    },
    PATIENT_MS,
  )

  it(
    'who has a store, and who sees the whole chain, is told of the chain',
    async () => {
      await office.office.db.pool.query("UPDATE store SET group_name = 'своя'")
      const own = await office.visit({ role: 'operator', storeGroups: ['своя'] })
      await own.go('rollouts?filter=name:x')
      await own.page.getByText('Ничего не найдено').waitFor()
      expect(await own.page.getByText(NONE).count()).toBe(0)
      await own.close()
      const whole = await office.visit()
      await whole.go('rollouts?filter=name:x')
      await whole.page.getByText('Ничего не найдено').waitFor()
      expect(await whole.page.getByText(NONE).count()).toBe(0)
      await whole.close()
    },
    PATIENT_MS,
  )
})
