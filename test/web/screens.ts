/** Every screen of the page, and a head office in which each of them has something to show. */

import { expect } from 'vitest'
import type { Role } from '../../src/api/permissions.ts'
import { defaultGate } from '../../src/rollout/policy.ts'
import { rolloutEnds } from '../support/office.ts'
import { until } from '../support/until.ts'
import { openPageOffice, type PageOffice, type Visitor } from './page-office.ts'
import { PATIENT } from './soon.ts'

export interface Shown {
  /** Of the rollout that has ended, of that which waits between two waves, of that which nobody approved yet. */
  readonly finished: string
  readonly running: string
  readonly draft: string
  readonly packageId: string
  readonly reportId: string
  readonly till: string
  /** A till whose update went wrong, and that update. */
  readonly failed: string
  readonly update: string
}
export interface ScreenOfPage {
  readonly name: string
  readonly path: (shown: Shown) => string
  readonly role?: Role
  /** What only this screen has: it is ready when that is there. */
  readonly ready?: string
}

const WITHIN = 120_000
const STORE = 'stores/M1'
const screen = (name: string, path: string | ((shown: Shown) => string), ready = 'h1'): ScreenOfPage => ({
  name,
  path: typeof path === 'string' ? () => path : path,
  ready,
})
const drawer = '[role="dialog"]'

export const screens: readonly ScreenOfPage[] = [
  screen('chain', 'chain'),
  screen('chain-by-version', 'chain?by=version'),
  screen('tills', `${STORE}/tills`),
  screen('tills-ticked', ({ till }) => `${STORE}/tills?selected=${till}`),
  screen('till', ({ till }) => `${STORE}/tills?till=${till}`, drawer),
  screen('till-updates', ({ failed }) => `${STORE}/tills?till=${failed}&tillTab=updates`, drawer),
  screen('till-log', ({ failed }) => `${STORE}/tills?till=${failed}&tillTab=log`, drawer),
  screen('server', `${STORE}/server`),
  screen('store-journal', `${STORE}/journal`),
  screen('price-checkers', `${STORE}/price-checkers`),
  screen('messages', `${STORE}/messages`),
  screen('fiscal', `${STORE}/fiscal`),
  screen('rollouts', 'rollouts'),
  ...['package', 'targets', 'waves', 'window', 'policy', 'plan', 'approval'].map((step) =>
    screen(`wizard-${step}`, `rollouts/new?step=${step}`),
  ),
  screen('wizard-draft', ({ draft }) => `rollouts/new?rollout=${draft}`),
  screen('rollout-finished', ({ finished }) => `rollouts/${finished}`),
  screen('rollout-update', ({ finished, update }) => `rollouts/${finished}?update=${update}`, drawer),
  screen('rollout-running', ({ running }) => `rollouts/${running}`),
  screen('rollout-draft', ({ draft }) => `rollouts/${draft}`),
  screen('packages', 'packages'),
  screen('package', ({ packageId }) => `packages?package=${packageId}`, drawer),
  screen('schedule', 'schedule'),
  screen('reports', 'reports'),
  screen('report', ({ reportId }) => `reports/${reportId}`),
  screen('journal', 'journal'),
  ...['fleet', 'hosts', 'people', 'tokens', 'groups', 'password', 'about'].map((section) =>
    screen(`settings-${section}`, `settings/${section}`),
  ),
  screen('not-found', 'no/such/page', '.notice'),
  screen('store-unknown', 'stores/NONE/tills', '.problem, .notice'),
  { ...screen('settings-fleet-viewer', 'settings/fleet'), role: 'viewer' },
  { ...screen('wizard-viewer', 'rollouts/new'), role: 'viewer' },
  { ...screen('rollout-viewer', ({ running }) => `rollouts/${running}`), role: 'viewer' },
]

export interface ShownOffice {
  readonly office: PageOffice
  readonly shown: Shown
}

/** One night that ended with three who need somebody, one that waits for a person between two waves, one in the making. */
export async function openShownOffice(): Promise<ShownOffice> {
  const office = await openPageOffice({
    fleet: { stores: 3, tills: 15, timeZones: ['Europe/Moscow', 'Asia/Yekaterinburg'] },
  })
  try {
    return { office, shown: await fill(office) }
  } catch (error) {
    await office.close()
    throw error
  }
}

async function fill(page: PageOffice): Promise<Shown> {
  const { office, fleet, api } = page
  const cashIds = fleet.stores.flatMap(({ devices }) => devices.map((one) => one.cashId))
  const [till = '', failed = '', broken = '', off = ''] = cashIds
  fleet.device(failed).faults.set({ kind: 'healthFails' })
  fleet.device(broken).faults.set({ kind: 'installFails' })
  fleet.device(off).setOff(true)

  const first = await office.addPackage({ version: 96_000 })
  const gate = { ...defaultGate, failurePercent: 100 }
  const finished = await office.rollOut(first.id, {
    name: 'Ночь 96',
    policy: { gate },
  })
  await rolloutEnds(office, finished, WITHIN)
  const { items } = await api<{ items: { id: string }[] }>(
    'GET',
    `/rollouts/${finished}/updates?filter=cashId:${failed}`,
  )

  const second = await office.addPackage({ version: 97_000 })
  const approval = { approval: true, minimumSample: 1 }
  const waves = [{ by: 'stores', stores: ['M2'], name: 'пилот', gate: approval }, { by: 'rest' }] as never
  const running = await office.rollOut(second.id, {
    name: 'Ночь 97',
    waves,
    selection: { stores: ['M1', 'M2'] },
  })
  await until(
    async () => {
      const { waves: all } = await api<{ waves: { gate: { verdict: { for?: string } | null } }[] }>(
        'GET',
        `/rollouts/${running}`,
      )
      return all[0]?.gate.verdict?.for === 'approval'
    },
    { within: WITHIN, label: 'the second wave waits for a person' },
  )
  const third = await office.addPackage({ version: 98_000 })
  const { id: draft } = await api<{ id: string }>('POST', '/rollouts', {
    name: 'Ночь 98',
    packageId: third.id,
    selection: { stores: ['M3'] },
  })
  await api('POST', '/freezes', { name: 'Инвентаризация', from: '2027-01-04T00:00', to: '2027-01-05T00:00' })
  await api('POST', '/commands', {
    kind: 'message',
    text: 'Касса закрывается в 22:00',
    cashIds: cashIds.slice(0, 5),
  })
  const { id: reportId } = await api<{ id: string }>('POST', '/reports', {
    kind: 'morning',
    rollout: finished,
  })
  return { finished, running, draft, packageId: first.id, reportId, till, failed, update: items[0]?.id ?? '' }
}

const LOADING = '.mantine-Loader-root, .skeleton, [data-loading="true"]'

/** Goes there, and waits until it shows what it has. */
export async function openScreen({ page, go }: Visitor, one: ScreenOfPage, shown: Shown): Promise<void> {
  await go(one.path(shown))
  await page
    .locator(one.ready ?? 'h1')
    .first()
    .waitFor()
  await expect.poll(() => page.locator(LOADING).count(), { ...PATIENT, message: one.name }).toBe(0)
}
