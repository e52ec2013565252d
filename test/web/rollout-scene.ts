/** A head office whose rollouts a test begins, and what it looks for on the page of one of them. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { defaultGate } from '../../src/rollout/policy.ts'
import type { RolloutWhole } from '../../web/src/api/types.ts'
import { rolloutEnds, updateStates } from '../support/office.ts'
import { until } from '../support/until.ts'
import { openPageOffice, type PageOffice } from './page-office.ts'

export const WITHIN = 180_000
export const TEST_MS = 600_000

/** Failures that stop nothing. */
export const lenient = { ...defaultGate, failurePercent: 100 }

/** The machine may be busy. */
export const soon = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: WITHIN })

export const bucket = (page: Page, name: string) => page.locator(`button[data-bucket="${name}"]`)
export const numberOf = async (page: Page, name: string): Promise<number> =>
  Number((await bucket(page, name).locator('.number').textContent())?.replace(/\D/g, ''))
export const control = (page: Page, name: string) =>
  page.getByRole('group', { name: 'Управление' }).getByRole('button', { name, exact: true })
export const state = (page: Page) => page.getByTestId('rollout-state')
export const asked = (page: Page) => page.getByRole('dialog')
export const rows = (page: Page) =>
  page.getByRole('table', { name: 'Кассы обновления' }).locator('[data-key]')

export interface Scene {
  readonly office: PageOffice
  /** Cash ids of a store. */
  tills(store: string): string[]
  /** With a package of its own. @returns its id */
  begin(options?: object): Promise<string>
  shown(id: string): Promise<RolloutWhole>
  /** The pilot has ended, and the second wave waits for a person. @returns its id */
  waitingRollout(): Promise<string>
}

/** Two stores of four tills; what a test left under way would hold the tills of the next one, and is stopped. */
export function rolloutScene(): Scene {
  let office: PageOffice
  let version = 95_000

  beforeAll(async () => {
    office = await openPageOffice({ fleet: { stores: 2, tills: 8, timeZones: ['Europe/Moscow'] } })
  }, 480_000)
  afterAll(() => office?.close())
  afterEach(async () => {
    const live = await office.api<{ items: { id: string; allowed: string[] }[] }>(
      'GET',
      '/rollouts?filter=state:running,paused,stopping',
    )
    for (const { id, allowed } of live.items) {
      if (allowed.includes('stop')) await office.api('POST', `/rollouts/${id}/stop`, {})
      await rolloutEnds(office.office, id, WITHIN)
    }
  }, TEST_MS)
  beforeEach(() => {
    for (const device of office.fleet.devices) device.faults.set(null)
  })

  const begin = async (options: object = {}): Promise<string> => {
    version += 1000
    const { id } = await office.office.addPackage({ version })
    return office.office.rollOut(id, options)
  }
  const shown = (id: string) => office.api<RolloutWhole>('GET', `/rollouts/${id}`)
  const waitingRollout = async (): Promise<string> => {
    const gate = { approval: true, minimumSample: 1 }
    const waves = [{ by: 'stores', stores: ['M1'], name: 'пилот', gate }, { by: 'rest' }]
    const id = await begin({ waves, name: 'по волнам' })
    const isReady = async () => {
      const { counts, waves: all } = await shown(id)
      if (counts.byState.ready === 4 && all[0]?.gate.verdict?.for === 'approval') return true
      throw new Error(JSON.stringify([counts, all[0]?.gate.verdict, await updateStates(office.office, id)]))
    }
    await until(isReady, { within: WITHIN, label: 'the second wave waits' })
    return id
  }
  return {
    get office() {
      return office
    },
    tills: (store) =>
      office.fleet.stores.find(({ code }) => code === store)?.devices.map((one) => one.cashId) ?? [],
    begin,
    shown,
    waitingRollout,
  }
}
