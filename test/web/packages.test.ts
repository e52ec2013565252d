/** «Пакеты»: upload with its checks, where a package lies, and taking it there and away. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PackageManifest } from '../../src/rollout/manifest.ts'
import { future, makeSigners, past, type Signers, textFor } from '../signing/rig.ts'
import { describeWith } from '../support/needs.ts'
import { until } from '../support/until.ts'
import { violations } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice, type Visitor } from './page-office.ts'
import { soon } from './soon.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'nightshift-page-packages-'))

/** Three files, as `nightshift package sign` leaves them. */
interface Made {
  readonly bytes: Buffer
  readonly files: readonly [string, string, string]
}

describeWith([...CHROMIUM, 'ssh-keygen'], 'packages', () => {
  let office: PageOffice
  let signers: Signers
  let visitor: Visitor

  const made = (name: string, more: Partial<PackageManifest>, by = 'alice', size = 50_000): Made => {
    const bytes = randomBytes(size)
    const text = textFor(bytes, { fileName: `${name}.tgz`, ...more })
    const file = path.join(dir, `${name}.tgz`)
    writeFileSync(file, bytes)
    writeFileSync(`${file}.manifest`, text)
    writeFileSync(`${file}.manifest.sig`, signers.sign(by, text))
    return { bytes, files: [file, `${file}.manifest`, `${file}.manifest.sig`] }
  }
  const dialog = () => visitor.page.getByRole('dialog', { name: 'Загрузить пакет' })
  const choose = async (files: readonly string[]) => {
    const chooser = visitor.page.waitForEvent('filechooser')
    await dialog().getByText('Выбрать файлы').click()
    await (await chooser).setFiles([...files])
  }
  const line = (name: string) => dialog().locator(`[data-check=${name}]`)
  const stateOf = (name: string) => soon(() => line(name).getAttribute('data-state'))
  const start = () => dialog().getByRole('button', { name: 'Загрузить', exact: true })

  beforeAll(async () => {
    signers = makeSigners(dir, 'alice', 'mallory')
    signers.allow('alice')
    office = await openPageOffice({
      settings: { NIGHTSHIFT_SIGNERS: signers.file, NIGHTSHIFT_UNSIGNED: 'refuse' },
    })
    visitor = await office.visit({ role: 'operator' })
  }, 240_000)
  afterAll(async () => {
    await office?.close()
    rmSync(dir, { recursive: true, force: true })
  })

  it('takes a signed package in, each check in its own words', async () => {
    const { page, go, faults } = visitor
    const { files } = made('till', { version: 96_000, minVersion: 95_000, expires: future() })
    await go('packages')
    await page.getByText('Пакетов ещё нет').waitFor()
    await page.getByRole('button', { name: 'Загрузить пакет' }).click()
    await choose(files)
    for (const name of ['manifest', 'size', 'digest', 'expiry', 'signature', 'order'])
      await stateOf(name).toBe('good')
    expect(await line('signature').textContent()).toMatch(/подписал alice, ключ SHA256:/)
    await dialog().getByText('Касса, версия 96 (00096000)').waitFor()
    expect(await violations(page)).toEqual([])
    await start().click()
    await dialog().getByText('Пакет загружен').waitFor()
    await dialog().getByRole('button', { name: 'Открыть пакет' }).click()
    const drawer = page.getByRole('dialog', { name: 'Пакет: Касса 96' })
    await drawer.getByText('Подпись верна, пакет можно ставить').waitFor()
    await drawer.getByText('00095000').waitFor()
    await drawer.getByText('Ни на одном сервере магазина').waitFor()
    expect(page.url()).toMatch(/package=[0-9a-f-]{36}/)
    expect(await violations(page)).toEqual([])
    expect(faults).toEqual([])
  })

  it('brings it to the servers and takes it away, and says to how many first', async () => {
    const { page, faults } = visitor
    const drawer = page.getByRole('dialog', { name: 'Пакет: Касса 96' })
    await drawer.getByRole('button', { name: 'Загрузить на серверы' }).click()
    const ask = page.getByRole('dialog', { name: 'Загрузить на серверы магазинов' })
    await ask.getByText('Затронет 2 магазина').waitFor()
    await ask.getByText('Магазины', { exact: true }).click()
    await ask.getByText('Выберите хотя бы один').waitFor()
    await ask.getByRole('combobox', { name: /Магазины: код/ }).click()
    await page.getByRole('option', { name: /\(M1\)/ }).click()
    await ask.getByText('Затронет 1 магазин').waitFor()
    await page.keyboard.press('Tab')
    await page.getByRole('option', { name: /\(M1\)/ }).waitFor({ state: 'hidden' })
    expect(await violations(page)).toEqual([])
    await ask.getByText('Все магазины').click()
    await ask.getByText('Затронет 2 магазина').waitFor()
    await ask.getByRole('button', { name: 'Загрузить на серверы' }).click()
    await ask.getByText('Принято: 2 магазина').waitFor()
    await ask.getByRole('button', { name: 'Закрыть' }).last().click()
    await soon(() => drawer.locator('.packages-chip').allTextContents()).toEqual([
      'Все 2',
      expect.stringMatching(/^Есть на сервере.*2$/),
    ])
    await drawer.getByRole('button', { name: 'Закрыть' }).first().click()
    await page.getByRole('cell', { name: '2 из 2' }).waitFor()
    await page.locator('.list-row[data-opens]').first().click()
    await drawer.getByRole('button', { name: 'Удалить с серверов' }).click()
    const away = page.getByRole('dialog', { name: 'Удалить с серверов магазинов' })
    await away.getByText('Выберите хотя бы один').waitFor()
    await away.getByText('скачать пакет будет неоткуда', { exact: false }).waitFor()
    expect(await away.getByRole('radio', { checked: true }).count()).toBe(0)
    expect(await away.getByRole('button', { name: 'Удалить с серверов' }).isDisabled()).toBe(true)
    await away.getByText('Все магазины').click()
    await away.getByText('Затронет 2 магазина').waitFor()
    expect(await violations(page)).toEqual([])
    await away.getByRole('button', { name: 'Удалить с серверов' }).click()
    await away.getByText('Принято: 2 магазина').waitFor()
    await away.getByRole('button', { name: 'Закрыть' }).last().click()
    await until(
      async () => {
        const { counts } = await office.api<{ counts: { key: string }[] }>(
          'GET',
          '/store-packages/counts?by=state',
        )
        return counts.every(({ key }) => key === 'absent')
      },
      { within: 60_000, label: 'taken off both servers' },
    )
    await drawer.getByRole('button', { name: 'Снять с применения' }).click()
    await page
      .getByRole('dialog', { name: 'Снять с применения' })
      .getByRole('button', { name: 'Снять с применения' })
      .click()
    await drawer.getByText('Снят с применения', { exact: true }).waitFor()
    await drawer.getByRole('button', { name: 'Вернуть в применение' }).click()
    await page
      .getByRole('dialog', { name: 'Вернуть в применение' })
      .getByRole('button', { name: 'Вернуть в применение' })
      .click()
    await drawer.getByText('Применяется', { exact: true }).waitFor()
    expect(faults).toEqual([])
  })

  it('counts anew when the stores have changed, and when another choice is made', async () => {
    const { page, faults } = visitor
    const drawer = page.getByRole('dialog', { name: 'Пакет: Касса 96' })
    await drawer.getByRole('button', { name: 'Загрузить на серверы' }).click()
    const ask = page.getByRole('dialog', { name: 'Загрузить на серверы магазинов' })
    await ask.getByText('Затронет 2 магазина').waitFor()
    const store = { code: 'M9', name: 'Новый', timeZone: 'Europe/Moscow', host: '10.9.0.1', devices: [] }
    const more = { packageFolder: '/srv/packages', packageUrl: 'http://10.9.0.1/packages' }
    await office.api('POST', '/fleet', { stores: [{ ...store, ...more }] })
    await ask.getByText('Затронет 3 магазина').waitFor()
    await ask.getByRole('button', { name: 'Отмена' }).click()
    expect(faults).toEqual([])
  })

  it('explains what it refuses', async () => {
    const { page, go, faults } = visitor
    await go('packages?kind=upload')
    const foreign = made('foreign', { version: 97_000 }, 'mallory')
    await choose(foreign.files)
    await stateOf('signature').toBe('bad')
    expect(await line('signature').textContent()).toContain('Подписавшего нет среди допущенных')
    expect(await start().isDisabled()).toBe(true)
    // The bytes of another package.
    const other = made('other', { version: 97_000 }, 'alice', 60_000)
    await choose([other.files[0], foreign.files[1]])
    await stateOf('size').toBe('bad')
    await stateOf('digest').toBe('bad')
    await choose(made('late', { version: 97_000, expires: past() }).files)
    await stateOf('expiry').toBe('bad')
    await choose(made('old', { version: 94_000 }).files)
    await stateOf('order').toBe('warn')
    expect(await start().isDisabled()).toBe(true)
    await dialog().getByText('Это намеренно').click()
    await soon(() => start().isDisabled()).toBe(false)
    // Nobody signed it: here that is refused, in the catalogue's words.
    for (const name of ['old.tgz.manifest', 'old.tgz.manifest.sig'])
      await dialog()
        .getByRole('button', { name: `Убрать: ${name}`, exact: true })
        .click()
    await dialog().getByLabel('Версия (восемь цифр)').fill('97')
    await dialog().getByText('Восемь цифр, например').waitFor()
    await dialog().getByLabel('Версия (восемь цифр)').fill('00097000')
    expect(await violations(page)).toEqual([])
    await start().click()
    await dialog().getByText('Пакет не подписан').waitFor()
    await dialog().getByText('unsigned', { exact: true }).waitFor()
    expect(faults).toEqual([])
  })

  it('a cancelled upload leaves nothing', async () => {
    const { page, go, faults } = visitor
    const packages = office.office.config.packagesFolder
    // What was refused before it is swept away by now.
    await until(() => readdirSync(packages).every((name) => !name.endsWith('.part')), {
      within: 60_000,
      label: 'no upload is left',
    })
    const before = readdirSync(packages).sort()
    await go('packages?kind=upload')
    await choose(made('large', { version: 98_000 }, 'alice', 48_000_000).files)
    await stateOf('signature').toBe('good')
    await stateOf('digest').toBe('good')
    const session = await page.context().newCDPSession(page)
    await session.send('Network.enable')
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 1_000_000 }
    await session.send('Network.emulateNetworkConditions', slow)
    await start().click()
    await dialog()
      .getByText(/^Загружено [1-9].* из 48/)
      .waitFor()
    await until(async () => readdirSync(packages).some((name) => name.endsWith('.part')), {
      within: 60_000,
      label: 'bytes come in',
    })
    await dialog().getByRole('button', { name: 'Прервать загрузку' }).click()
    await dialog().getByText('на сервере ничего не осталось').waitFor()
    await until(async () => readdirSync(packages).sort().join() === before.join(), {
      within: 60_000,
      label: 'nothing is left',
    })
    await session.send('Network.emulateNetworkConditions', { ...slow, uploadThroughput: -1 })
    expect((await office.api<{ items: unknown[] }>('GET', '/packages')).items).toHaveLength(1)
    expect(faults).toEqual([])
  })

  it('an onlooker sees all and may do nothing', async () => {
    const viewer = await office.visit({ role: 'viewer' })
    await viewer.go('packages')
    await viewer.page.getByText('00096000').click()
    const drawer = viewer.page.getByRole('dialog', { name: 'Пакет: Касса 96' })
    const button = drawer.getByRole('button', { name: 'Загрузить на серверы' })
    await button.waitFor()
    expect(await button.getAttribute('aria-disabled')).toBe('true')
    await button.hover()
    await viewer.page.getByText('Вашей роли это не разрешено').waitFor()
    expect(viewer.faults).toEqual([])
    await viewer.close()
  })
})
