/** More hosts wait for a comparison than the list has loaded: what came from the stores is compared with all of them. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fingerprintOf } from '../../src/hosts/host-key.ts'
import { newKeyPair } from '../../src/sim/keys.ts'
import { store, till } from '../api/head-office.ts'
import { describeWith } from '../support/needs.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'
import { button, chooseFile, dialog } from './settings-rig.ts'
import { PATIENT_MS, soon } from './soon.ts'

const [early, late] = [newKeyPair().publicLine, newKeyPair().publicLine]

describeWith(CHROMIUM, 'keys of hosts that the list has not come to', () => {
  let office: PageOffice
  const askFor = async (code: string, key: string): Promise<void> => {
    const body = { stores: [code], what: code === 'M1' ? 'storeServers' : 'both' }
    const { requestId } = await office.api<{ requestId: string }>('POST', '/enrolments', body)
    await office.office.db.pool.query(
      `UPDATE enrolment e SET state = 'shown', keys = ARRAY[$2],
         host = coalesce((SELECT host FROM device WHERE id = e.device_id), (SELECT host FROM store WHERE id = e.store_id)),
         port = coalesce((SELECT port FROM device WHERE id = e.device_id), (SELECT port FROM store WHERE id = e.store_id))
       WHERE e.request_id = $1`,
      [requestId, key],
    )
  }
  const pinnedOf = async (code: string) =>
    (await office.api<{ hostKeys: string[] }>('GET', `/stores/${code}`)).hostKeys.map(fingerprintOf)
  beforeAll(async () => {
    office = await openPageOffice({ worker: false, fleet: { stores: 1, tills: 1 } })
    const tills = Array.from({ length: 60 }, (_, i) =>
      till(`N-${i}`, { number: i + 1, host: `10.0.1.${i + 1}` }),
    )
    await office.api('POST', '/fleet', { stores: [store('N1', tills, { host: 'n1' })] })
    await office.office.db.pool.query("UPDATE store SET host_keys = '{}'")
    // Newest first: M1 is behind all of the other store.
    await askFor('M1', early)
    await askFor('N1', late)
  }, PATIENT_MS)
  afterAll(() => office?.close())

  it(
    'a list from the stores may be compared with any request, and a pasted fingerprint finds its host',
    async () => {
      const { page, go, faults, close } = await office.visit()
      await go('settings/hosts')
      await soon(() => page.locator('article.settings-host').count()).toBe(50)
      expect(await page.locator('article.settings-host[data-host="M1"]').count()).toBe(0)
      await page.getByRole('combobox', { name: 'Запрос', exact: true }).click()
      await page.getByRole('option', { name: /показано 61 узел|показан 61 узел/ }).waitFor()
      await page.getByRole('option', { name: /показан 1 узел$/ }).click()
      await chooseFile(page, 'список.csv', `M1,,${fingerprintOf(early)}\n`)
      await dialog(page)
        .locator(`[data-fingerprint="${fingerprintOf(early)}"]`)
        .waitFor()
      await dialog(page).getByRole('button', { name: 'Отмена' }).click()

      const strange = `SHA256:${'z'.repeat(43)}`
      await page
        .getByRole('textbox', { name: 'Отпечатки из магазина' })
        .fill(`${fingerprintOf(early)} ${strange}`)
      await page.getByText('Совпал 1 отпечаток').waitFor()
      await page.getByText('1 отпечатка никто из показанных узлов не показал:').waitFor()
      expect(await page.locator(`.settings-way [data-fingerprint="${fingerprintOf(early)}"]`).count()).toBe(0)
      await page.getByText('Сверено ключей: 1, узлов: 1').waitFor()
      // Who is not on the screen is refused by nobody who has only taken a tick away.
      await button(page, 'Снять отметки').click()
      const tick = page.locator('article.settings-host').first().getByRole('checkbox').first()
      await tick.check()
      await button(page, 'Отказать остальным (49)').waitFor()
      await tick.uncheck()
      await page.getByRole('textbox', { name: 'Отпечатки из магазина' }).press('Space')
      await page.getByText('Сверено ключей: 1, узлов: 1').waitFor()
      await button(page, 'Закрепить сверенные').click()
      await dialog(page).getByRole('button', { name: 'Закрепить' }).click()
      await soon(() => pinnedOf('M1')).toEqual([fingerprintOf(early)])
      await soon(() => page.getByText('Сверено ключей').count()).toBe(0)
      expect(await pinnedOf('N1')).toEqual([])
      expect(faults).toEqual([])
      await close()
    },
    PATIENT_MS,
  )
})
