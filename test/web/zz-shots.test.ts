import { afterAll, beforeAll, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { CHROMIUM } from './page-office.ts'
import { openScreen, openShownOffice, type ShownOffice, screens } from './screens.ts'
const DIR = '/tmp/shots-last'
describeWith(CHROMIUM, 'shots', () => {
  let shown: ShownOffice
  beforeAll(async () => { shown = await openShownOffice() }, 900_000)
  afterAll(() => shown?.office.close())
  it('all', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      const step = async (name: string, work: () => Promise<unknown>) => { try { await work() } catch (error) { console.log(name, String(error).slice(0, 200)) } }
      const narrow = await shown.office.visit({ scheme, viewport: { width: 360, height: 740 } })
      for (const name of ['report', 'rollout-draft', 'settings-hosts'])
        await step(name, async () => {
          const one = screens.find((some) => some.name === name)
          if (one) await openScreen(narrow, one, shown.shown)
          await narrow.page.screenshot({ path: `${DIR}/${name}-360-${scheme}.png`, fullPage: name === 'report' })
        })
      await narrow.close()
      const { page, go, close } = await shown.office.visit({ scheme })
      await step('sign-out', async () => {
        await go('rollouts/new?step=plan')
        await page.getByRole('textbox', { name: 'Название' }).fill('Ночь 99')
        await page.locator('.person').click()
        await page.getByRole('menuitem', { name: 'Выйти' }).click()
        await page.getByRole('dialog', { name: 'Выйти из Nightshift?' }).waitFor()
        await page.screenshot({ path: `${DIR}/sign-out-${scheme}.png` })
      })
      await step('rollback', async () => {
        await go(`rollouts/${shown.shown.finished}`)
        const skip = page.getByRole('group', { name: 'Управление' }).getByRole('button', { name: 'Откатить' })
        await skip.waitFor()
        await page.waitForTimeout(3000)
        await skip.hover()
        await page.screenshot({ path: `${DIR}/rollback-${scheme}.png` })
      })
      await step('hosts', async () => {
        await go('settings/hosts')
        await page.getByRole('button', { name: 'Запросить ключи' }).click()
        await page.getByLabel('Кассы по кодам').fill(Array.from({ length: 10_001 }, (_, i) => String(i)).join(' '))
        await page.getByText('За один раз можно не больше').waitFor()
        await page.screenshot({ path: `${DIR}/enrol-${scheme}.png` })
      })
      await close()
      const none = await shown.office.visit({ scheme, role: 'operator', storeGroups: ['Юг', 'Север'] })
      for (const where of ['chain', 'rollouts', 'schedule', 'journal'])
        await step(where, async () => {
          await none.go(where)
          await none.page.getByText('В ваших группах магазинов нет').first().waitFor()
          await none.page.screenshot({ path: `${DIR}/none-${where}-${scheme}.png` })
        })
      await none.close()
    }
  }, 900_000)
})
