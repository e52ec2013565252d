/** Settings: keys of hosts, compared by a person, pinned, changed and retired. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { expectClean, shoot } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice, type Visitor } from './page-office.ts'
import { button, card, chooseFile, dialog, TEST_MS, WITHIN } from './settings-rig.ts'
import { isLive, soon } from './soon.ts'

interface Found {
  readonly items: readonly {
    readonly id: string
    readonly state: string
    readonly store: string
    readonly cashId: string | null
    readonly found: readonly { readonly fingerprint: string }[]
  }[]
}

describeWith(CHROMIUM, 'host keys in the settings', () => {
  let office: PageOffice
  let admin: Visitor
  beforeAll(async () => {
    office = await openPageOffice({ fleet: { stores: 3, tills: 9 } })
    admin = await office.visit()
  }, 240_000)
  afterAll(() => office?.close())

  const pool = () => office.office.db.pool
  const pinnedOf = async (code: string) =>
    (await office.api<{ hostKeys: string[] }>('GET', `/stores/${code}`)).hostKeys

  it(
    'pins what was compared: by a tick, by what came from the store, and nothing else',
    async () => {
      const { page, go } = admin
      await pool().query(
        "UPDATE store SET host_keys = '{}' WHERE code IN ('M1', 'M3'); UPDATE device d SET host_keys = '{}' FROM store s WHERE s.id = d.store_id AND s.code = 'M1'",
      )
      await go('settings/hosts')
      await button(page, 'Запросить ключи').click()
      await dialog(page).getByRole('combobox', { name: 'Магазины', exact: true }).fill('M1')
      await page.getByRole('option', { name: /^M1 / }).click()
      await shoot(page, 'hosts-begin')
      await button(page, 'Запросить').click()
      await dialog(page)
        .getByText('Запрошено 4 узла')
        .or(dialog(page).getByText('Запрошены 4 узла'))
        .waitFor()
      await dialog(page).getByRole('button', { name: 'Закрыть' }).last().click()
      const server = card(page, 'M1')
      await server.getByText('новый узел').waitFor({ timeout: WITHIN })
      await card(page, '50001002').getByText('Ждёт: сначала сверьте ключ сервера магазина.').waitFor()
      const shown = await server.locator('[data-fingerprint]').first().getAttribute('data-fingerprint')
      expect(shown).toMatch(/^SHA256:.{43}$/)
      expect(await server.locator('.settings-print-group').count()).toBe(11)
      expect(await server.getByRole('button', { name: 'Закрепить' }).getAttribute('aria-disabled')).toBe(
        'true',
      )
      await expectClean(admin)
      await server.getByRole('checkbox', { name: /^Сверено: M1/ }).check()
      await server.getByRole('button', { name: 'Закрепить' }).click()
      await dialog(page).getByText('1 ключ у 1 узла.').waitFor()
      await shoot(page, 'hosts-confirm')
      await dialog(page).getByRole('button', { name: 'Закрепить' }).click()
      await server.getByText('решил').waitFor()
      const { hostKeys } = await office.api<{ hostKeys: string[] }>('GET', '/stores/M1')
      expect(hostKeys.length).toBe(1)

      await page.getByText('Ждут сверки').click()
      await soon(() => page.locator('article.settings-host').count()).toBe(3)
      const waiting = async () => (await office.api<Found>('GET', '/enrolments?state=shown')).items
      await soon(async () => (await waiting()).length).toBe(3)
      const items = await waiting()
      const prints = items.map(({ found }) => found[0]?.fingerprint ?? '')
      const strange = `SHA256:${'z'.repeat(43)}`
      await page
        .getByRole('textbox', { name: 'Отпечатки из магазина' })
        .fill(`касса 1 — ${prints[0]}\nкасса 2 — ${prints[1]}\nи ${strange}`)
      await page.getByText('Совпали 2 отпечатка').waitFor()
      await page.getByText('1 отпечатка никто из показанных узлов не показал:').waitFor()
      await page.getByText('Сверено ключей: 2, узлов: 2').waitFor()
      await expectClean(admin)
      await shoot(page, 'hosts-compare')
      await button(page, 'Закрепить сверенные').click()
      await dialog(page).getByRole('button', { name: 'Закрепить' }).click()
      await soon(() => page.locator('article.settings-host').count()).toBe(1)
      await page.locator('article.settings-host').getByRole('button', { name: 'Отказать' }).click()
      await dialog(page).getByRole('textbox', { name: 'Почему' }).fill('никто не знает этот ключ')
      await dialog(page).getByRole('button', { name: 'Отказать' }).click()
      await page.getByText('Сверять нечего').waitFor()
      const refused = await office.api<Found>('GET', '/enrolments?state=refused')
      const [last] = refused.items
      expect(last?.cashId).toBe(items[2]?.cashId)

      await office.api('POST', '/enrolments', { what: 'devices', cashIds: [last?.cashId] })
      await card(page, String(last?.cashId)).getByText('новый узел').waitFor({ timeout: WITHIN })
      await chooseFile(page, 'сверка.csv', `store,cashId,fingerprint\nM1,${last?.cashId},${prints[2]}\n`)
      await dialog(page).getByText('сверка.csv', { exact: false }).waitFor()
      await dialog(page).locator(`[data-fingerprint="${prints[2]}"]`).waitFor()
      await dialog(page).getByRole('button', { name: 'Закрепить' }).click()
      await page.getByText('Закреплён 1 узел').waitFor()
      const pinned = await office.api<{ hostKeys: string[] }>('GET', `/devices/${last?.cashId}`)
      expect(pinned.hostKeys.length).toBe(1)
    },
    TEST_MS,
  )

  it(
    'a changed key is alarming: both fingerprints, since when, what to do, until it is compared anew',
    async () => {
      const { page, go } = admin
      const [before] = (await office.api<{ hostKeys: string[] }>('GET', '/stores/M2')).hostKeys
      await go('settings/hosts')
      await page.getByRole('tab', { name: 'Закреплённые ключи' }).click()
      await page.locator('tr[data-host="M2"] [data-fingerprint]').waitFor()
      await isLive(page)
      await office.fleet.store('M2').setFault({ kind: 'hostKeyChanged' })
      await office.api('POST', '/commands', { kind: 'look', selection: { stores: ['M2'] } })
      const alarm = page.getByRole('alert').filter({ hasText: 'Ключ изменился у 1 узла' })
      await alarm.waitFor({ timeout: WITHIN })
      await soon(() => alarm.locator('[data-fingerprint]').count()).toBe(2)
      await alarm.getByText('Закреплён (прежний)').waitFor()
      await alarm.getByText('Показывает теперь (новый)').waitFor()
      await alarm.getByText('сообщите безопасности', { exact: false }).waitFor()
      await expectClean(admin)
      await shoot(page, 'hosts-alarm')
      await alarm.getByRole('button', { name: 'Запросить ключ для сверки' }).click()
      const server = card(page, 'M2')
      await server.getByText('ключ изменился').waitFor({ timeout: WITHIN })
      await server.getByRole('checkbox').check()
      await expectClean(admin)
      await shoot(page, 'hosts-changed')
      await server.getByRole('button', { name: 'Закрепить' }).click()
      await dialog(page).getByText('У 1 узла ключ изменился: точно ли его сверили?').waitFor()
      await dialog(page).getByRole('radio', { name: 'Оставить рядом: годятся и те и другие' }).check()
      await dialog(page).getByRole('button', { name: 'Закрепить' }).click()
      await soon(() => alarm.count()).toBe(0)
      const after = (await office.api<{ hostKeys: string[] }>('GET', '/stores/M2')).hostKeys
      expect(after.length).toBe(2)

      await page.getByRole('tab', { name: 'Закреплённые ключи' }).click()
      const pins = page.locator('tr[data-host="M2"]')
      await pins
        .getByRole('button', { name: /^Снять ключ/ })
        .first()
        .click()
      await dialog(page).getByRole('button', { name: 'Снять' }).click()
      await soon(() => pins.locator('[data-fingerprint]').count()).toBe(1)
      const [left] = (await office.api<{ hostKeys: string[] }>('GET', '/stores/M2')).hostKeys
      expect(left).not.toBe(before)
      await soon(() => pins.getByRole('button').count()).toBe(0)

      await pool().query(
        "UPDATE device SET public_key = $1, key_authorised_at = now() WHERE cash_id = '50001002'",
        [before],
      )
      await page.getByRole('tab', { name: 'Свои ключи касс' }).click()
      await page.getByRole('button', { name: 'Отозвать ключ кассы 50001002' }).click()
      await dialog(page).getByRole('button', { name: 'Отозвать' }).click()
      await card(page, '50001002').getByText('отзыв своего ключа').waitFor()

      await page.getByRole('tab', { name: 'Ключи из файла' }).click()
      await page.getByText('Таблица CSV').click()
      await page.getByRole('textbox', { name: 'Содержимое' }).fill(`store,cashId,key\nM3,,${before}\nM3;x\n`)
      await button(page, 'Показать изменения').click()
      await page.getByText('строка 3:').waitFor()
      await expectClean(admin)
      await shoot(page, 'hosts-import')
      await button(page, 'Закрепить у 1 узла').click()
      await dialog(page).getByRole('button', { name: 'Закрепить' }).click()
      await page.getByText('Закреплено у 1 узла').waitFor()
      expect((await office.api<{ hostKeys: string[] }>('GET', '/stores/M3')).hostKeys).toEqual([before])
      await expectClean(admin)
    },
    TEST_MS,
  )

  it(
    'a list is compared with the request that was chosen, shown, and confirmed as it was shown',
    async () => {
      const { page, go } = admin
      await pool().query(
        "UPDATE enrolment SET state = 'expired', finished_at = now() WHERE finished_at IS NULL; UPDATE store SET host_keys = '{}'",
      )
      const ask = (stores: string[]) =>
        office.api<{ requestId: string }>('POST', '/enrolments', { what: 'storeServers', stores })
      await ask(['M1'])
      const { requestId } = await ask(['M2', 'M3'])
      const shown = async () => (await office.api<Found>('GET', '/enrolments?state=shown')).items
      await until(async () => (await shown()).length === 3, { within: WITHIN, label: 'three have answered' })
      const items = await shown()
      const printOf = (code: string) => items.find(({ store }) => store === code)?.found[0]?.fingerprint ?? ''
      const strange = `SHA256:${'z'.repeat(43)}`
      const list = `M1,,${printOf('M1')}\nM2,,${printOf('M2')}\nM3,,${strange}\n`

      await go('settings/hosts')
      const choose = button(page, 'Выбрать список')
      await choose.waitFor()
      expect(await choose.getAttribute('aria-disabled')).toBe('true')
      await choose.hover()
      await page.getByRole('tooltip', { name: /Сначала выберите запрос/ }).waitFor()
      await page.getByRole('combobox', { name: 'Запрос', exact: true }).click()
      await page.getByRole('option', { name: /показано 2 узла$/ }).click()
      await chooseFile(page, 'список.csv', list)
      const asked = dialog(page).getByRole('region', { name: 'Что будет закреплено' })
      await asked.getByText('M2', { exact: false }).first().waitFor()
      const prints = () =>
        asked
          .locator('[data-fingerprint]')
          .evaluateAll((all) => all.map((one) => one.getAttribute('data-fingerprint')))
      await soon(prints).toEqual([printOf('M2')])
      await dialog(page)
        .getByText('У 1 узла в списке другой ключ, чем он показал', { exact: false })
        .waitFor()
      await expectClean(admin)
      await shoot(page, 'hosts-list')

      const second = items.find(({ store }) => store === 'M2')
      await office.api('POST', `/enrolments/${second?.id}/refuse`, {})
      await dialog(page).getByRole('button', { name: 'Закрепить' }).click()
      await dialog(page).getByRole('alert').getByText('notAllowed').waitFor()
      expect(await pinnedOf('M2')).toEqual([])
      await dialog(page).getByRole('button', { name: 'Отмена' }).click()
      const states = (await office.api<Found>('GET', `/enrolments?request=${requestId}`)).items
      expect(states.map(({ store, state }) => [store, state]).sort()).toEqual([
        ['M2', 'refused'],
        ['M3', 'shown'],
      ])
      expect([await pinnedOf('M1'), await pinnedOf('M3')]).toEqual([[], []])
    },
    TEST_MS,
  )
})
