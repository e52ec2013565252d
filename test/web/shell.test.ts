/** The frame around every screen. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/needs.ts'
import { CHROMIUM, openPageOffice, type PageOffice } from './page-office.ts'

describeWith(CHROMIUM, 'the page', () => {
  let office: PageOffice
  beforeAll(async () => {
    office = await openPageOffice()
  }, 120_000)
  afterAll(() => office?.close())

  it('leads from the root to a store by the sections and the selector', async () => {
    const { page, go, faults } = await office.visit()
    await go('')
    await page.getByRole('link', { name: 'Монитор оборудования' }).click()
    await page.getByRole('link', { name: 'Кассы/обновление касс' }).waitFor()
    await page.getByRole('button', { name: 'Выберите магазин' }).click()
    await page.getByRole('option', { name: /\(M2\)/ }).click()
    await page.waitForURL(/stores\/M2\/tills/)
    await page.getByText('на связи').waitFor()
    if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT })
    expect(faults).toEqual([])
  })
})
