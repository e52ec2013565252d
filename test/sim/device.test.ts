import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as commands from '../../src/device/commands.ts'
import { describeData, downloadData, verifyData } from '../../src/device/contract.ts'
import { until } from '../support/until.ts'
import { drive, TILL } from './driver.ts'
import { type Rig, rig } from './support.ts'

let rigged: Rig
let d: ReturnType<typeof drive>
const SCO = '50001004'
beforeEach(async () => {
  rigged = await rig()
  d = drive(rigged)
})
afterEach(() => rigged.end())

describe('what a device says', () => {
  it('describes itself', async () => {
    const said = describeData.parse((await d.call(commands.describe(), SCO)).data)
    expect(said.kinds).toEqual(['selfCheckout'])
    expect(said.capabilities).toMatchObject({ rollback: true, detachedDownload: true, http: true })
  })

  it('says its status as the manual page shows it, and as an idle one at night', async () => {
    const before = await d.status(SCO)
    expect(before).toMatchObject({ cashId: SCO, version: '00095000', activity: 'idle', health: 'healthy' })
    expect(before).toMatchObject({ generation: 0, armed: null, previousVersion: null, blocked: false })
    expect(before.cashier).toEqual({ kind: 'selfCheckout', name: 'Пользователь SCO' })
    expect(before.shift?.open).toBe(false)
    await rigged.restart({ shifts: 'seed' })
    const after = await d.status(SCO)
    expect(after.shift).toMatchObject({ open: true, number: 3 })
    expect(after.sum).toBe(125_205)
    const late = (await d.status(TILL)).fiscal
    expect(Date.now() - Date.parse(late?.ofdQueue?.firstAt ?? '')).toBeGreaterThan(24 * 3_600_000)
  })

  it('shows what a test sets, and null where it is told so', async () => {
    await d.device().setStatus({
      version: '95',
      fiscal: null,
      shift: { open: true, number: 7, openedAt: null },
    })
    await d.device().setActivity('payment')
    expect(await d.status()).toMatchObject({
      version: '95',
      fiscal: null,
      activity: 'payment',
      shift: { number: 7 },
    })
  })
})

describe('downloading', () => {
  it('fetches detached, checks, and says so', async () => {
    const packed = await d.publish()
    const answer = await d.download(packed)
    expect(answer.class).toBe('done')
    await until(async () => (await d.status()).download?.state === 'done', {
      within: 30_000,
      label: 'downloaded',
    })
    expect((await d.status()).staged).toEqual([
      { version: '00096000', sha256: packed.sha256, size: packed.size },
    ])
    const { download: same } = downloadData.parse((await d.call(commands.downloadStatus(packed.sha256))).data)
    expect(same).toMatchObject({ state: 'done', received: packed.size, version: '00096000' })
    const { download: none } = downloadData.parse(
      (await d.call(commands.downloadStatus('0'.repeat(64)))).data,
    )
    expect(none).toMatchObject({ state: 'none', received: 0, size: null })
    expect((await d.download(packed, 'again')).data).toMatchObject({ download: { state: 'done' } })
    expect(rigged.fleet.store('M1').httpBytesServed).toBe(packed.size)
    expect(verifyData.parse((await d.call(commands.verify(packed))).data)).toEqual({ verified: true })
  })

  it('goes on with what it has: cut at a byte, stopped, fetched once', async () => {
    // Ten seconds of it: time to stop it in the middle.
    const packed = await d.publish(96_000, 4_000_000)
    await d
      .device()
      .setFault({ kind: 'dropAtByte', bytes: 100_000 }, { kind: 'slow', bytesPerSecond: 400_000 })
    await d.download(packed)
    const part = await until(async () => ((await d.status()).download?.received ?? 0) > 150_000, {
      within: 30_000,
      label: 'past the cut',
    })
    expect(part).toBe(true)
    const { download: stopped } = downloadData.parse(
      (await d.call(commands.downloadStop(d.claim('stop')))).data,
    )
    expect(stopped.state).toBe('none')
    expect(stopped.received).toBeGreaterThan(150_000)
    await d.device().setFault(null)
    await d.download(packed, 'd2')
    await until(async () => (await d.status()).download?.state === 'done', {
      within: 30_000,
      label: 'downloaded',
    })
    expect((await d.call(commands.verify(packed))).class).toBe('done')
  })

  it('another package stops the running one', async () => {
    await rigged.restart({ speed: { downloadBytesPerSecond: 50_000 } })
    const [first, second] = [await d.publish(96_000, 2_000_000), await d.publish(97_000, 1000)]
    await d.download(first)
    await d.download(second)
    await until(async () => (await d.status()).download?.state === 'done', {
      within: 30_000,
      label: 'downloaded',
    })
    expect((await d.status()).staged.map(({ version }) => version)).toEqual(['00097000'])
  })

  it('fails with a reason: nothing there, damaged on the way, no room', async () => {
    const packed = await d.publish()
    const failure = async () => {
      const seen = (await d.status()).download
      return seen?.state === 'failed' && seen.reason
    }
    await d.download({ ...packed, source: `${packed.source}x` }, 'd1')
    expect(await until(failure, { within: 30_000, label: 'failed' })).toBe('transferFailed')
    await d.device().setFault({ kind: 'corrupt', times: 1 })
    await d.download(packed, 'd2')
    expect(
      await until(async () => (await failure()) === 'packageDamaged', { within: 30_000, label: 'damaged' }),
    ).toBe(true)
    await rigged.fleet.store('M1').setFault({ kind: 'corrupt', where: 'served', times: 1 })
    await d.download(packed, 'd3')
    expect(
      await until(
        async () => d.device().state.log.filter((line) => line.includes('packageDamaged')).length === 2,
        { within: 30_000, label: 'damaged again' },
      ),
    ).toBe(true)
    await d.device().setFault({ kind: 'diskFull' })
    expect(await d.call(commands.downloadStart(d.claim('d5'), packed.source, packed))).toMatchObject({
      class: 'refused',
      reason: 'diskFull',
    })
    await d.device().setFault(null)
    await d.staged(packed)
  })

  it('a package that rots after its check is found by verify, and thrown away', async () => {
    const packed = await d.publish()
    await d.device().setFault({ kind: 'corrupt', where: 'staged', times: 1 })
    await d.staged(packed)
    expect(await d.call(commands.verify(packed))).toMatchObject({
      class: 'refused',
      reason: 'packageDamaged',
    })
    expect(await d.call(commands.verify(packed))).toMatchObject({
      class: 'refused',
      reason: 'packageMissing',
    })
    await d.download(packed, 'd2')
    await until(async () => (await d.call(commands.verify(packed))).class === 'done', {
      within: 30_000,
      label: 'whole',
    })
  })
})

describe('the small verbs', () => {
  it('closes a shift, unless a receipt or money stands in the way', async () => {
    await rigged.restart({ shifts: 'seed' })
    await d.device().setStatus({ drawer: 100 })
    expect(await d.raw('close-shift', 'c1')).toMatchObject({ class: 'refused', reason: 'cashInDrawer' })
    await d.device().setStatus({ drawer: 0, activity: 'receipt' })
    expect(await d.raw('close-shift', 'c2')).toMatchObject({ class: 'refused', reason: 'receiptOpen' })
    await d.device().setStatus({ activity: 'idle' })
    const { fiscal } = await d.status()
    expect(await d.raw('close-shift', 'c3')).toMatchObject({ class: 'done' })
    const after = await d.status()
    expect(after).toMatchObject({ shift: { open: false }, sum: 0, cashier: { kind: 'none' } })
    expect(after.fiscal?.lastClosing?.number).toBe((fiscal?.lastClosing?.number ?? 0) + 1)
  })

  it('takes a message from standard input', async () => {
    const text = 'Касса обновится в 02:00; $(reboot) \'"\n'
    expect((await d.raw('message', 'm1', [], text)).class).toBe('done')
    expect(d.device().state.messages).toEqual([text])
  })

  it('cleans, but never what is armed', async () => {
    const [first, second] = [await d.publish(96_000), await d.publish(97_000)]
    await d.staged(first)
    await d.staged(second)
    await d.call(commands.arm(d.claim('a1'), first, 60))
    expect((await d.raw('clean', 'c1', ['--keep', '0'])).class).toBe('done')
    expect((await d.status()).staged.map(({ version }) => version)).toEqual(['00096000'])
  })
})
