import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as commands from '../../src/device/commands.ts'
import { armData, disarmData } from '../../src/device/contract.ts'
import { until } from '../support/until.ts'
import { drive } from './driver.ts'
import { type Rig, rig } from './support.ts'

let rigged: Rig
let d: ReturnType<typeof drive>
beforeEach(async () => {
  rigged = await rig()
  d = drive(rigged)
})
afterEach(() => rigged.end())

describe('arming', () => {
  it('remembers the switch, and puts it back', async () => {
    const packed = await d.publish()
    await d.staged(packed)
    const armed = armData.parse((await d.call(commands.arm(d.claim('a1'), packed, 60))).data)
    expect(armed).toMatchObject({ formerAutoUpdate: false, armed: { version: '00096000', operation: 'a1' } })
    expect(await d.status()).toMatchObject({ autoUpdate: true, armed: { operation: 'a1' } })
    expect(armData.parse((await d.call(commands.arm(d.claim('a2'), packed, 60))).data).formerAutoUpdate).toBe(
      false,
    )
    const disarmed = disarmData.parse((await d.call(commands.disarm(d.claim('x1')))).data)
    expect(disarmed).toEqual({ armed: null, autoUpdate: false })
    expect((await d.call(commands.disarm(d.claim('x2')))).class).toBe('done')
  })

  it('puts back what the switch was set to meanwhile, after an installation too', async () => {
    const set = (id: string, on: boolean) => d.call(commands.autoUpdate(d.claim(id), on))
    expect(await set('s1', true)).toMatchObject({ class: 'done', data: { autoUpdate: true } })
    expect(await d.status()).toMatchObject({ autoUpdate: true, armed: null })
    const packed = await d.publish()
    await d.staged(packed)
    const armed = armData.parse((await d.call(commands.arm(d.claim('a1'), packed, 60))).data)
    expect(armed.formerAutoUpdate).toBe(true)
    expect(await set('s2', false)).toMatchObject({ data: { autoUpdate: false } })
    expect(await d.status()).toMatchObject({ autoUpdate: true, armed: { operation: 'a1' } })
    await d.call(commands.restart(d.claim('r1'), 96_000))
    await until(async () => (await d.operation('r1')).state === 'done', {
      within: 30_000,
      label: 'installed',
    })
    expect(await d.status()).toMatchObject({ autoUpdate: false, armed: null, version: '00096000' })
  })

  it('is refused without a whole package', async () => {
    const packed = await d.publish()
    expect(await d.call(commands.arm(d.claim('a1'), packed, 60))).toMatchObject({ reason: 'packageMissing' })
    await d.device().setFault({ kind: 'corrupt', where: 'staged', times: 1 })
    await d.staged(packed)
    expect(await d.call(commands.arm(d.claim('a2'), packed, 60))).toMatchObject({ reason: 'packageDamaged' })
  })

  it('expires by the device itself', async () => {
    let ahead = 0
    await rigged.restart({ now: () => Date.now() + ahead })
    const packed = await d.publish()
    await d.staged(packed)
    await d.call(commands.arm(d.claim('a1'), packed, 60))
    ahead = 60_001
    expect(await d.call(commands.restart(d.claim('r1'), 96_000))).toMatchObject({
      class: 'refused',
      reason: 'armingExpired',
    })
    expect(await d.status()).toMatchObject({ armed: null, autoUpdate: false, version: '00095000' })
  })
})

describe('restarting', () => {
  it('ends on the new version, healthy, once', async () => {
    const packed = await d.publish()
    const { bootId } = await d.status()
    await d.install(packed)
    expect(await d.operation('r-96000')).toMatchObject({ verb: 'restart', state: 'done', reason: null })
    const after = await d.status()
    expect(after).toMatchObject({
      version: '00096000',
      previousVersion: '00095000',
      health: 'healthy',
      armed: null,
    })
    expect(after.autoUpdate).toBe(false)
    expect(after.bootId).not.toBe(bootId)
    expect(d.device().activations).toBe(1)
    expect(d.device().version).toBe(96_000)
    expect(d.device().log).toContain(`activated 00096000 operation=r-96000 generation=${d.generation()}`)
  })

  it.each([
    ['receipt', 'receiptOpen'],
    ['payment', 'receiptOpen'],
    ['unknown', 'activityUnknown'],
  ] as const)('is refused in %s: %s, and nothing changed', async (activity, reason) => {
    const packed = await d.publish()
    await d.staged(packed)
    await d.call(commands.arm(d.claim('a1'), packed, 60))
    await d.device().setActivity(activity)
    expect(await d.call(commands.restart(d.claim('r1'), 96_000))).toMatchObject({ class: 'refused', reason })
    expect(await d.status()).toMatchObject({ armed: { version: '00096000' }, version: '00095000' })
    await d.device().setActivity('idle')
    expect((await d.call(commands.restart(d.claim('r2'), 96_000))).class).toBe('done')
  })

  it('is refused when blocked, not armed, or armed for another version', async () => {
    const packed = await d.publish()
    expect(await d.call(commands.restart(d.claim('r1'), 96_000))).toMatchObject({ reason: 'armingExpired' })
    await d.staged(packed)
    await d.call(commands.arm(d.claim('a1'), packed, 60))
    expect(await d.call(commands.restart(d.claim('r2'), 97_000))).toMatchObject({ reason: 'armingExpired' })
    expect((await d.raw('block', 'b1', ['--on', 'true'])).class).toBe('done')
    expect(await d.call(commands.restart(d.claim('r3'), 96_000))).toMatchObject({ reason: 'tillBlocked' })
    expect((await d.status()).blocked).toBe(true)
  })

  it('goes back by itself when the new version is not healthy', async () => {
    await d.device().setFault({ kind: 'healthFails', times: 1 })
    await d.install(await d.publish())
    expect(await d.operation('r-96000')).toMatchObject({ state: 'failed', reason: 'healthFailed' })
    expect(await d.status()).toMatchObject({ version: '00095000', health: 'healthy', autoUpdate: false })
    expect(
      d.device().log.some((line) => line.startsWith('reverted 00096000 to 00095000 reason=healthFailed')),
    ).toBe(true)
  })

  it('stays unhealthy where it cannot go back, until it is rolled back', async () => {
    await d.device().setFault({ kind: 'healthFails', stay: true, times: 1 })
    await d.install(await d.publish())
    expect(await d.status()).toMatchObject({ version: '00096000', health: 'unhealthy' })
    await d.call(commands.rollback(d.claim('b1'), 96_000))
    await until(async () => (await d.operation('b1')).state === 'done', {
      within: 30_000,
      label: 'rolled back',
    })
    expect(await d.status()).toMatchObject({ version: '00095000', health: 'healthy' })
  })

  it('installFails leaves the old version', async () => {
    await d.device().setFault({ kind: 'installFails' })
    await d.install(await d.publish())
    expect(await d.operation('r-96000')).toMatchObject({ state: 'failed', reason: 'installFailed' })
    expect(await d.status()).toMatchObject({ version: '00095000', health: 'healthy', armed: null })
    expect(d.device().activations).toBe(0)
  })
})

describe('rolling back', () => {
  it('needs a version to go back to', async () => {
    expect(await d.call(commands.rollback(d.claim('b1'), 95_000))).toMatchObject({
      reason: 'rollbackUnsupported',
    })
    await d.install(await d.publish())
    await d.device().setFault({ kind: 'rollbackFails', times: 1 })
    await d.call(commands.rollback(d.claim('b2'), 96_000))
    await until(async () => (await d.operation('b2')).state !== 'running', {
      within: 30_000,
      label: 'it has failed',
    })
    expect(await d.operation('b2')).toMatchObject({ state: 'failed', reason: 'rollbackFailed' })
    expect(await d.status()).toMatchObject({ version: '00096000', health: 'unhealthy' })
    expect((await d.call(commands.rollback(d.claim('b3'), 95_000))).data).toMatchObject({
      operation: { state: 'done' },
    })
  })
})
