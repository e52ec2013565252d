import { expect, test } from 'vitest'
import { openHeadOffice, store, till, uploadPackage } from './head-office.ts'
test('size', async () => {
  const office = await openHeadOffice()
  const stores = Array.from({ length: 500 }, (_, s) => store(`M${s}`, Array.from({ length: 20 }, (_, i) => till(`${s}-${i}`, { number: i + 1 })), { timeZone: ['Europe/Moscow','Asia/Vladivostok','Asia/Omsk'][s % 3] as string, calendar: { windows: [{ from: `22:${String(s % 60).padStart(2,'0')}`, to: '06:00' }], opening: [{ from: '08:00', to: '22:00' }] } }))
  const t = async (label: string, work: () => Promise<{ status: number; text: string; json: any }>) => { const b = performance.now(); const r = await work(); console.log(label, r.status, Math.round(performance.now() - b), 'ms', r.text.length); return r }
  await t('fleet', () => office.ask('POST', '/fleet', { json: { stores } }))
  const packageId = await uploadPackage(office)
  await t('dry', () => office.ask('POST', '/rollouts/dry-run', { json: { packageId } }))
  const made = await t('create', () => office.ask('POST', '/rollouts', { json: { name: 'x', packageId } }))
  const id = made.json.id
  await t('get', () => office.ask('GET', `/rollouts/${id}`))
  await t('plan', () => office.ask('GET', `/rollouts/${id}/plan`))
  await t('drift', () => office.ask('GET', `/rollouts/${id}/drift`))
  await t('approve', () => office.ask('POST', `/rollouts/${id}/approve`, { json: { planHash: made.json.planHash } }))
  await t('get', () => office.ask('GET', `/rollouts/${id}`))
  await t('consequences', () => office.ask('GET', `/rollouts/${id}/consequences?verb=pause`))
  await t('pause', () => office.ask('POST', `/rollouts/${id}/pause`))
  await t('live', () => office.ask('POST', '/rollouts/dry-run', { json: { packageId, live: true } }))
  expect(1).toBe(1)
  await office.close()
}, 120_000)
