import { createHash, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as commands from '../../src/device/commands.ts'
import {
  armData,
  describeData,
  disarmData,
  downloadData,
  operationData,
  statusData,
  verifyData,
} from '../../src/device/contract.ts'
import { until } from '../support/until.ts'
import { type Answer, nightctl, type Rig, rig, storeOf } from './support.ts'

let rigged: Rig
let generation = 0
beforeEach(async () => {
  generation = 0
  rigged = await rig()
})
afterEach(() => rigged.end())

const TILL = '50001002'
const SCO = '50001004'
const device = (cashId = TILL) => rigged.fleet.device(cashId)
const call = ({ args, input }: commands.Call, cashId = TILL) => nightctl(rigged.fleet, cashId, args, input)
const status = async (cashId = TILL) => statusData.parse((await call(commands.status(), cashId)).data)
const claim = (operation: string, cashId = TILL) => ({ cashId, operation, generation: ++generation })
const operation = async (id: string, cashId = TILL) =>
  operationData.parse((await call(commands.operation(id), cashId)).data).operation
const raw = (verb: string, id: string, more: string[] = [], input = '') =>
  call({ args: [verb, ...more, ...commands.disarm(claim(id)).args.slice(1)], input })

interface Packed extends commands.PackageRef {
  readonly source: string
}

async function publish(version = 96_000, size = 200_000): Promise<Packed> {
  const data = randomBytes(size)
  const name = `till-${version}.pkg`
  const { packageFolder, packageUrl } = storeOf(rigged.fleet)
  await writeFile(path.join(packageFolder, name), data)
  const sha256 = createHash('sha256').update(data).digest('hex')
  return { version, size, sha256, source: `${packageUrl}/${name}` }
}

async function download(packed: Packed, id = `d-${packed.version}`): Promise<Answer> {
  const answer = await call(commands.downloadStart(claim(id), packed.source, packed))
  downloadData.parse(answer.data)
  return answer
}

async function staged(packed: Packed): Promise<void> {
  await download(packed)
  await until(async () => (await status()).download?.state === 'done', { within: 5000, label: 'downloaded' })
}

async function install(packed: Packed): Promise<void> {
  await staged(packed)
  armData.parse((await call(commands.arm(claim(`a-${packed.version}`), packed, 60))).data)
  await call(commands.restart(claim(`r-${packed.version}`), packed.version))
  await until(async () => (await operation(`r-${packed.version}`)).state !== 'running', {
    within: 5000,
    label: 'restarted',
  })
}

describe('what a device says', () => {
  it('describes itself', async () => {
    const said = describeData.parse((await call(commands.describe(), SCO)).data)
    expect(said.kinds).toEqual(['selfCheckout'])
    expect(said.capabilities).toMatchObject({ rollback: true, detachedDownload: true, http: true })
  })

  it('says its status as the manual page shows it, and as an idle one at night', async () => {
    const before = await status(SCO)
    expect(before).toMatchObject({ cashId: SCO, version: '00095000', activity: 'idle', health: 'healthy' })
    expect(before).toMatchObject({ generation: 0, armed: null, previousVersion: null, blocked: false })
    expect(before.cashier).toEqual({ kind: 'selfCheckout', name: 'Пользователь SCO' })
    expect(before.shift?.open).toBe(false)
    await rigged.restart({ shifts: 'seed' })
    const after = await status(SCO)
    expect(after.shift).toMatchObject({ open: true, number: 3 })
    expect(after.sum).toBe(125_205)
    const late = (await status(TILL)).fiscal
    expect(Date.now() - Date.parse(late?.ofdQueue?.firstAt ?? '')).toBeGreaterThan(24 * 3_600_000)
  })

  it('shows what a test sets, and null where it is told so', async () => {
    await device().setStatus({
      version: '95',
      fiscal: null,
      shift: { open: true, number: 7, openedAt: null },
    })
    await device().setActivity('payment')
    expect(await status()).toMatchObject({
      version: '95',
      fiscal: null,
      activity: 'payment',
      shift: { number: 7 },
    })
  })
})

describe('downloading', () => {
  it('fetches detached, checks, and says so', async () => {
    const packed = await publish()
    const answer = await download(packed)
    expect(answer.class).toBe('done')
    await until(async () => (await status()).download?.state === 'done', {
      within: 5000,
      label: 'downloaded',
    })
    expect((await status()).staged).toEqual([
      { version: '00096000', sha256: packed.sha256, size: packed.size },
    ])
    const { download: same } = downloadData.parse((await call(commands.downloadStatus(packed.sha256))).data)
    expect(same).toMatchObject({ state: 'done', received: packed.size, version: '00096000' })
    const { download: none } = downloadData.parse((await call(commands.downloadStatus('0'.repeat(64)))).data)
    expect(none).toMatchObject({ state: 'none', received: 0, size: null })
    expect((await download(packed, 'again')).data).toMatchObject({ download: { state: 'done' } })
    expect(rigged.fleet.store('M1').httpBytesServed).toBe(packed.size)
    expect(verifyData.parse((await call(commands.verify(packed))).data)).toEqual({ verified: true })
  })

  it('goes on with what it has: cut at a byte, stopped, fetched once', async () => {
    const packed = await publish(96_000, 400_000)
    await device().setFault({ kind: 'dropAtByte', bytes: 100_000 }, { kind: 'slow', bytesPerSecond: 400_000 })
    await download(packed)
    const part = await until(async () => ((await status()).download?.received ?? 0) > 150_000, {
      within: 5000,
      label: 'past the cut',
    })
    expect(part).toBe(true)
    const { download: stopped } = downloadData.parse((await call(commands.downloadStop(claim('stop')))).data)
    expect(stopped.state).toBe('none')
    expect(stopped.received).toBeGreaterThan(150_000)
    await device().setFault(null)
    await download(packed, 'd2')
    await until(async () => (await status()).download?.state === 'done', {
      within: 5000,
      label: 'downloaded',
    })
    expect((await call(commands.verify(packed))).class).toBe('done')
  })

  it('another package stops the running one', async () => {
    await rigged.restart({ speed: { downloadBytesPerSecond: 50_000 } })
    const [first, second] = [await publish(96_000), await publish(97_000, 1000)]
    await download(first)
    await download(second)
    await until(async () => (await status()).download?.state === 'done', {
      within: 5000,
      label: 'downloaded',
    })
    expect((await status()).staged.map(({ version }) => version)).toEqual(['00097000'])
  })

  it('fails with a reason: nothing there, damaged on the way, no room', async () => {
    const packed = await publish()
    const failure = async () => {
      const seen = (await status()).download
      return seen?.state === 'failed' && seen.reason
    }
    await download({ ...packed, source: `${packed.source}x` }, 'd1')
    expect(await until(failure, { within: 5000, label: 'failed' })).toBe('transferFailed')
    await device().setFault({ kind: 'corrupt', times: 1 })
    await download(packed, 'd2')
    expect(
      await until(async () => (await failure()) === 'packageDamaged', { within: 5000, label: 'damaged' }),
    ).toBe(true)
    await rigged.fleet.store('M1').setFault({ kind: 'corrupt', where: 'served', times: 1 })
    await download(packed, 'd3')
    expect(
      await until(
        async () => device().state.log.filter((line) => line.includes('packageDamaged')).length === 2,
        { within: 5000, label: 'damaged again' },
      ),
    ).toBe(true)
    await device().setFault({ kind: 'diskFull' })
    expect(await download(packed, 'd4').catch((error) => error)).toBeInstanceOf(Error)
    expect(await call(commands.downloadStart(claim('d5'), packed.source, packed))).toMatchObject({
      class: 'refused',
      reason: 'diskFull',
    })
    await device().setFault(null)
    await staged(packed)
  })

  it('a package that rots after its check is found by verify, and thrown away', async () => {
    const packed = await publish()
    await device().setFault({ kind: 'corrupt', where: 'staged', times: 1 })
    await staged(packed)
    expect(await call(commands.verify(packed))).toMatchObject({ class: 'refused', reason: 'packageDamaged' })
    expect(await call(commands.verify(packed))).toMatchObject({ class: 'refused', reason: 'packageMissing' })
    await download(packed, 'd2')
    await until(async () => (await call(commands.verify(packed))).class === 'done', {
      within: 5000,
      label: 'whole',
    })
  })
})

describe('arming', () => {
  it('remembers the switch, and puts it back', async () => {
    const packed = await publish()
    await staged(packed)
    const armed = armData.parse((await call(commands.arm(claim('a1'), packed, 60))).data)
    expect(armed).toMatchObject({ formerAutoUpdate: false, armed: { version: '00096000', operation: 'a1' } })
    expect(await status()).toMatchObject({ autoUpdate: true, armed: { operation: 'a1' } })
    expect(armData.parse((await call(commands.arm(claim('a2'), packed, 60))).data).formerAutoUpdate).toBe(
      false,
    )
    const disarmed = disarmData.parse((await call(commands.disarm(claim('x1')))).data)
    expect(disarmed).toEqual({ armed: null, autoUpdate: false })
    expect((await call(commands.disarm(claim('x2')))).class).toBe('done')
  })

  it('is refused without a whole package', async () => {
    const packed = await publish()
    expect(await call(commands.arm(claim('a1'), packed, 60))).toMatchObject({ reason: 'packageMissing' })
    await device().setFault({ kind: 'corrupt', where: 'staged', times: 1 })
    await staged(packed)
    expect(await call(commands.arm(claim('a2'), packed, 60))).toMatchObject({ reason: 'packageDamaged' })
  })

  it('expires by the device itself', async () => {
    let ahead = 0
    await rigged.restart({ now: () => Date.now() + ahead })
    const packed = await publish()
    await staged(packed)
    await call(commands.arm(claim('a1'), packed, 60))
    ahead = 60_001
    expect(await call(commands.restart(claim('r1'), 96_000))).toMatchObject({
      class: 'refused',
      reason: 'armingExpired',
    })
    expect(await status()).toMatchObject({ armed: null, autoUpdate: false, version: '00095000' })
  })
})

describe('restarting', () => {
  it('ends on the new version, healthy, once', async () => {
    const packed = await publish()
    const { bootId } = await status()
    await install(packed)
    expect(await operation('r-96000')).toMatchObject({ verb: 'restart', state: 'done', reason: null })
    const after = await status()
    expect(after).toMatchObject({
      version: '00096000',
      previousVersion: '00095000',
      health: 'healthy',
      armed: null,
    })
    expect(after.autoUpdate).toBe(false)
    expect(after.bootId).not.toBe(bootId)
    expect(device().activations).toBe(1)
    expect(device().version).toBe(96_000)
    expect(device().log).toContain(`activated 00096000 operation=r-96000 generation=${generation}`)
  })

  it.each([
    ['receipt', 'receiptOpen'],
    ['payment', 'receiptOpen'],
    ['unknown', 'activityUnknown'],
  ] as const)('is refused in %s: %s, and nothing changed', async (activity, reason) => {
    const packed = await publish()
    await staged(packed)
    await call(commands.arm(claim('a1'), packed, 60))
    await device().setActivity(activity)
    expect(await call(commands.restart(claim('r1'), 96_000))).toMatchObject({ class: 'refused', reason })
    expect(await status()).toMatchObject({ armed: { version: '00096000' }, version: '00095000' })
    await device().setActivity('idle')
    expect((await call(commands.restart(claim('r2'), 96_000))).class).toBe('done')
  })

  it('is refused when blocked, not armed, or armed for another version', async () => {
    const packed = await publish()
    expect(await call(commands.restart(claim('r1'), 96_000))).toMatchObject({ reason: 'armingExpired' })
    await staged(packed)
    await call(commands.arm(claim('a1'), packed, 60))
    expect(await call(commands.restart(claim('r2'), 97_000))).toMatchObject({ reason: 'armingExpired' })
    expect((await raw('block', 'b1', ['--on', 'true'])).class).toBe('done')
    expect(await call(commands.restart(claim('r3'), 96_000))).toMatchObject({ reason: 'tillBlocked' })
    expect((await status()).blocked).toBe(true)
  })

  it('goes back by itself when the new version is not healthy', async () => {
    await device().setFault({ kind: 'healthFails', times: 1 })
    await install(await publish())
    expect(await operation('r-96000')).toMatchObject({ state: 'failed', reason: 'healthFailed' })
    expect(await status()).toMatchObject({ version: '00095000', health: 'healthy', autoUpdate: false })
    expect(
      device().log.some((line) => line.startsWith('reverted 00096000 to 00095000 reason=healthFailed')),
    ).toBe(true)
  })

  it('stays unhealthy where it cannot go back, until it is rolled back', async () => {
    await device().setFault({ kind: 'healthFails', stay: true, times: 1 })
    await install(await publish())
    expect(await status()).toMatchObject({ version: '00096000', health: 'unhealthy' })
    await call(commands.rollback(claim('b1'), 96_000))
    await until(async () => (await operation('b1')).state === 'done', { within: 5000, label: 'rolled back' })
    expect(await status()).toMatchObject({ version: '00095000', health: 'healthy' })
  })

  it('installFails leaves the old version', async () => {
    await device().setFault({ kind: 'installFails' })
    await install(await publish())
    expect(await operation('r-96000')).toMatchObject({ state: 'failed', reason: 'installFailed' })
    expect(await status()).toMatchObject({ version: '00095000', health: 'healthy', armed: null })
    expect(device().activations).toBe(0)
  })
})

describe('rolling back', () => {
  it('needs a version to go back to', async () => {
    expect(await call(commands.rollback(claim('b1'), 95_000))).toMatchObject({
      reason: 'rollbackUnsupported',
    })
    await install(await publish())
    await device().setFault({ kind: 'rollbackFails', times: 1 })
    await call(commands.rollback(claim('b2'), 96_000))
    expect(await operation('b2')).toMatchObject({ state: 'failed', reason: 'rollbackFailed' })
    expect(await status()).toMatchObject({ version: '00096000', health: 'unhealthy' })
    expect((await call(commands.rollback(claim('b3'), 95_000))).data).toMatchObject({
      operation: { state: 'done' },
    })
  })
})

describe('the small verbs', () => {
  it('closes a shift, unless a receipt or money stands in the way', async () => {
    await rigged.restart({ shifts: 'seed' })
    await device().setStatus({ drawer: 100 })
    expect(await raw('close-shift', 'c1')).toMatchObject({ class: 'refused', reason: 'cashInDrawer' })
    await device().setStatus({ drawer: 0, activity: 'receipt' })
    expect(await raw('close-shift', 'c2')).toMatchObject({ class: 'refused', reason: 'receiptOpen' })
    await device().setStatus({ activity: 'idle' })
    const { fiscal } = await status()
    expect(await raw('close-shift', 'c3')).toMatchObject({ class: 'done' })
    const after = await status()
    expect(after).toMatchObject({ shift: { open: false }, sum: 0, cashier: { kind: 'none' } })
    expect(after.fiscal?.lastClosing?.number).toBe((fiscal?.lastClosing?.number ?? 0) + 1)
  })

  it('takes a message from standard input', async () => {
    const text = 'Касса обновится в 02:00; $(reboot) \'"\n'
    expect((await raw('message', 'm1', [], text)).class).toBe('done')
    expect(device().state.messages).toEqual([text])
  })

  it('cleans, but never what is armed', async () => {
    const [first, second] = [await publish(96_000), await publish(97_000)]
    await staged(first)
    await staged(second)
    await call(commands.arm(claim('a1'), first, 60))
    expect((await raw('clean', 'c1', ['--keep', '0'])).class).toBe('done')
    expect((await status()).staged.map(({ version }) => version)).toEqual(['00096000'])
  })
})
