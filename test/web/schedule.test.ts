import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { violations } from './looks.ts'
import { CHROMIUM, openPageOffice, type PageOffice, type Visitor } from './page-office.ts'
import { isAt, isLive, soon } from './soon.ts'

describeWith(CHROMIUM, 'the schedule', () => {
  let office: PageOffice
  let visitor: Visitor

  beforeAll(async () => {
    office = await openPageOffice({
      worker: false,
      fleet: {
        calendar: {
          windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '23:30', to: '05:00' }],
          opening: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '08:00', to: '22:00' }],
          exceptions: [{ date: '2027-01-08', windows: [] }],
        },
      },
    })
    visitor = await office.visit({ role: 'operator' })
  }, 240_000)
  afterAll(() => office?.close())

  const day = (date: string) => visitor.page.locator(`[data-date="${date}"]`)
  const inWeek = (date: string) => visitor.page.locator(`.schedule-week [data-date="${date}"]`)
  const textsOn = (date: string, kind: string) =>
    soon(() => day(date).locator(`.schedule-entry[data-kind=${kind}] .schedule-hidden`).allTextContents())

  it('shows a month of the chain and of a store, and a week on the clock', async () => {
    const { page, go, faults } = visitor
    await go('schedule?from=2027-01-01')
    await page.getByRole('heading', { name: 'Январь 2027' }).waitFor()
    // Friday, and the Saturday after it.
    await textsOn('2027-01-15', 'window').toEqual(['Окно установки · 23:30–05:00 · 2 магазина'])
    await textsOn('2027-01-16', 'window').toEqual([])
    await textsOn('2027-01-16', 'opening').toEqual(['Магазин открыт · 08:00–22:00 · 2 магазина'])
    await textsOn('2027-01-08', 'window').toEqual([])
    expect(await violations(page)).toEqual([])
    await page.getByRole('combobox', { name: 'Магазин' }).click()
    await page.getByRole('option', { name: /\(M1\)/ }).click()
    await isAt(page, /store=M1/)
    await textsOn('2027-01-15', 'window').toEqual(['Окно установки · 23:30–05:00'])
    await page.getByText('Неделя', { exact: true }).click()
    await inWeek('2027-01-01').waitFor()
    await page.getByRole('button', { name: 'Позже' }).click()
    await inWeek('2027-01-09').waitFor()
    // What began on Friday goes on until Saturday morning.
    const saturday = day('2027-01-09').locator('.schedule-block[data-kind=window]')
    await soon(() => saturday.count()).toBe(0)
    await page.getByRole('button', { name: 'Позже' }).click()
    await soon(() =>
      day('2027-01-16').locator('.schedule-block[data-kind=window] .schedule-hidden').allTextContents(),
    ).toEqual(['Окно установки · 00:00–05:00 · 1 магазин'])
    expect(await violations(page)).toEqual([])
    expect(faults).toEqual([])
  })

  it('changes the hours of a store, with faults at their fields', async () => {
    const { page, go, faults } = visitor
    await go('schedule?store=M1&from=2027-02-01')
    await page.getByRole('button', { name: 'Окна и часы работы' }).click()
    const dialog = page.getByRole('dialog', { name: /^Окна и часы работы/ })
    const window = dialog.locator('[data-path="windows.0"]')
    await window.getByLabel('С', { exact: true }).fill('25:00')
    await window.getByText('Окно — промежуток').waitFor()
    const save = dialog.getByRole('button', { name: 'Сохранить' })
    expect(await save.isDisabled()).toBe(true)
    await window.getByLabel('С', { exact: true }).fill('22:15')
    await dialog.getByRole('button', { name: 'Добавить особый день' }).click()
    const special = dialog.locator('[data-path="exceptions.1"]')
    await special.getByText('Такой даты нет').waitFor()
    await special.getByLabel('Дата').fill('2027-02-10')
    await special.getByLabel('Окна', { exact: true }).selectOption('Свои')
    await special.getByLabel('Окна: Промежутки').fill('01:00-02:00, 03:00')
    await special.getByText('Окно — промежуток').waitFor()
    expect(await violations(page)).toEqual([])
    await special.getByLabel('Окна: Промежутки').fill('01:00-02:00, 03:00-04:30')
    await save.click()
    await dialog.waitFor({ state: 'hidden' })
    await textsOn('2027-02-11', 'window').toEqual(['Окно установки · 22:15–05:00'])
    await textsOn('2027-02-10', 'window').toEqual([
      'Окно установки · 01:00–02:00 · особый день',
      'Окно установки · 03:00–04:30 · особый день',
    ])
    const { calendar } = await office.api<{ calendar: { exceptions: unknown[] } }>('GET', '/stores/M1')
    expect(calendar.exceptions).toHaveLength(2)
    expect(faults).toEqual([])
  })

  it('hours that somebody else changed meanwhile are shown, and not written over by a slip', async () => {
    const { page, go, faults } = visitor
    const hours = (from: string) => ({ windows: [{ days: ['fri'], from, to: '05:00' }], opening: 'always' })
    const theirs = (from: string) =>
      office.api('POST', '/stores/M2/calendar', { calendar: hours(from) }, { 'If-Match': '*' })
    const present = async () => {
      const { calendar } = await office.api<{ calendar: { windows: object[] } }>('GET', '/stores/M2')
      return calendar.windows
    }
    const dialog = page.getByRole('dialog', { name: /^Окна и часы работы/ })
    const from = dialog.locator('[data-path="windows.0"]').getByLabel('С', { exact: true })
    const save = dialog.getByRole('button', { name: 'Сохранить' })
    const notice = dialog.getByRole('alert').filter({ hasText: 'Часы изменили, пока вы правили' })
    await theirs('22:00')
    await go('schedule?store=M2&kind=hours')
    await soon(() => from.inputValue()).toBe('22:00')
    await from.fill('21:00')

    // What is no matter of hours does not ask anybody, and their news is not awaited: it is refused by what was seen.
    await page.route('**/api/v1/live*', (route) => route.abort())
    await page.reload()
    await from.fill('21:00')
    await office.office.db.pool.query(
      "UPDATE store SET phone = '1', revision = revision + 1 WHERE code = 'M2'",
    )
    await save.click()
    await dialog.waitFor({ state: 'hidden' })
    expect(await present()).toEqual([{ days: ['fri'], from: '21:00', to: '05:00' }])

    await go('schedule?store=M2&kind=hours')
    await soon(() => from.inputValue()).toBe('21:00')
    await theirs('23:45')
    await from.fill('20:30')
    await save.click()
    await notice.waitFor()
    await notice.getByText('Окна установки: было «пт 21:00–05:00», стало «пт 23:45–05:00»').waitFor()
    expect(await save.isDisabled()).toBe(true)
    expect(await present()).toEqual([{ days: ['fri'], from: '23:45', to: '05:00' }])
    expect(await violations(page)).toEqual([])
    await notice.getByRole('button', { name: 'Оставить мои изменения' }).click()
    await soon(() => from.inputValue()).toBe('20:30')
    await save.click()
    await dialog.waitFor({ state: 'hidden' })
    expect(await present()).toEqual([{ days: ['fri'], from: '20:30', to: '05:00' }])

    await page.unroute('**/api/v1/live*')
    await go('schedule?store=M2&kind=hours')
    await soon(() => from.inputValue()).toBe('20:30')
    await isLive(page)
    // Nobody is asked who has changed nothing.
    await theirs('20:45')
    await soon(() => from.inputValue()).toBe('20:45')
    expect(await notice.count()).toBe(0)
    await from.fill('19:00')
    await theirs('22:22')
    await notice.waitFor()
    await notice.getByRole('button', { name: 'Загрузить заново' }).click()
    await soon(() => from.inputValue()).toBe('22:22')
    await notice.waitFor({ state: 'detached' })
    expect(faults).toEqual([])
  })

  it('adds a freeze, shows it on the calendar and lifts it', async () => {
    const { page, go, faults } = visitor
    await go('schedule?tab=freezes')
    await page.getByText('Запретов нет').waitFor()
    await page.getByRole('button', { name: 'Добавить запрет' }).click()
    const dialog = page.getByRole('dialog', { name: 'Новый запрет' })
    await dialog.getByRole('button', { name: 'Добавить запрет' }).click()
    await dialog.getByText('Назовите запрет').waitFor()
    await dialog.getByLabel('Название').fill('Новый год')
    await dialog.getByLabel('С (по местному времени)').fill('2027-12-31T12:00')
    await dialog.getByLabel('До (по местному времени)').fill('2027-12-30T12:00')
    await dialog.getByText('конец позже').waitFor()
    expect(await violations(page)).toEqual([])
    await dialog.getByLabel('До (по местному времени)').fill('2028-01-02T06:00')
    await dialog.getByRole('button', { name: 'Добавить запрет' }).click()
    await page.getByRole('cell', { name: '31.12.2027 12:00' }).waitFor()
    await page.getByText('Впереди').waitFor()
    await go('schedule?store=M2&from=2027-12-15')
    await textsOn('2027-12-31', 'freeze').toEqual(['Новый год · с 12:00'])
    await textsOn('2028-01-01', 'freeze').toEqual(['Новый год · весь день'])
    await go('schedule?tab=freezes')
    await page.getByRole('button', { name: 'Снять запрет: Новый год' }).click()
    await page
      .getByRole('dialog', { name: 'Снять запрет' })
      .getByRole('button', { name: 'Снять запрет' })
      .click()
    await page.getByText('Снят', { exact: true }).waitFor()
    expect(faults).toEqual([])
  })

  it('makes a schedule with its next runs in sight; another approves it, and ends it', async () => {
    const { page, go, faults } = visitor
    await office.office.addPackage()
    await go('schedule?tab=schedules')
    await page.getByRole('button', { name: 'Новое расписание' }).click()
    const dialog = page.getByRole('dialog', { name: 'Новое расписание' })
    await dialog.getByLabel('Название расписания').fill('Каждую ночь')
    await dialog.getByLabel('Когда').selectOption('По дням недели')
    await dialog.getByText('сб', { exact: true }).click()
    await dialog.getByText('вс', { exact: true }).click()
    await dialog.getByLabel('Время').fill('21:30')
    await dialog.getByText('пн, вт, ср, чт, пт в 21:30 (Europe/Moscow)').waitFor()
    await soon(() => dialog.locator('.schedule-runs li').allTextContents()).toEqual(
      Array.from({ length: 5 }, () => expect.stringMatching(/ 21:30:00$/)),
    )
    expect(await violations(page)).toEqual([])
    await dialog.getByLabel('Когда').selectOption('Поля cron')
    await dialog.getByLabel('Пять полей cron').fill('30 21 31 2 *')
    await dialog.getByText('никогда не сработает').waitFor()
    await dialog.getByLabel('Пять полей cron').fill('30 21 * * 1-5')
    await dialog.getByRole('button', { name: 'Новое расписание' }).click()
    await page.getByText('Ждёт согласования').waitFor()
    const approve = page.getByRole('button', { name: 'Согласовать: Каждую ночь' })
    expect(await approve.getAttribute('aria-disabled')).toBe('true')
    expect(await violations(page)).toEqual([])
    await page.getByRole('tab', { name: 'Календарь' }).click()
    await page.getByRole('button', { name: 'Позже' }).click()
    await soon(() => page.locator('.schedule-entry[data-kind=run]').count()).toBeGreaterThan(15)

    const approver = await office.visit({ role: 'approver' })
    await approver.go('schedule?tab=schedules')
    await approver.page.getByRole('button', { name: 'Согласовать: Каждую ночь' }).click()
    const sure = approver.page.getByRole('dialog', { name: 'Согласовать: Каждую ночь' })
    await sure.getByText('будут начинаться сами').waitFor()
    await sure.getByRole('button', { name: 'Согласовать', exact: true }).click()
    await approver.page.getByText('Согласовано', { exact: true }).waitFor()
    await approver.page.getByRole('button', { name: 'Закончить: Каждую ночь' }).click()
    await approver.page
      .getByRole('dialog', { name: 'Закончить: Каждую ночь' })
      .getByRole('button', { name: 'Закончить', exact: true })
      .click()
    await approver.page.getByText('Закончено', { exact: true }).waitFor()
    expect([...faults, ...approver.faults]).toEqual([])
    await approver.close()
  })
})
