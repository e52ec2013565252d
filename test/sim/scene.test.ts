import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as commands from '../../src/device/commands.ts'
import * as scene from '../../src/sim/scene.ts'
import { until } from '../support/until.ts'
import { drive, TILL } from './driver.ts'
import { type Rig, rig } from './support.ts'

let rigged: Rig
let d: ReturnType<typeof drive>
beforeEach(async () => {
  rigged = await rig()
  d = drive(rigged)
})
afterEach(() => rigged.end())

const close = (id: string) => d.call(commands.closeShift(d.claim(id)))

describe('a shop', () => {
  it('sells: the first receipt opens the shift, and is the last one', async () => {
    const before = await d.status()
    await scene.sell(d.device(), 12_000)
    const after = await d.status()
    expect(after.shift).toMatchObject({ open: true, number: (before.shift?.number ?? 0) + 1 })
    expect(after.lastReceipt?.number).toBe((before.lastReceipt?.number ?? 0) + 1)
    expect(Date.parse(after.lastReceipt?.at ?? '')).toBeGreaterThan(Date.parse(before.lastReceipt?.at ?? ''))
    expect(after.sum).toBe(12_000)
    await d.device().setStatus({ blocked: true })
    await expect(scene.sell(d.device())).rejects.toThrow('does not sell')
  })

  it('says who is signed in, what lies in the drawer, how the papers stand', async () => {
    await scene.signIn(d.device(), 'Иванова')
    await scene.leaveCash(d.device(), 70_000)
    await scene.setPrinter(d.device(), 'notReady')
    await scene.queueForOfd(d.device(), 12, 26)
    const said = await d.status()
    expect(said).toMatchObject({
      cashier: { kind: 'person', name: 'Иванова' },
      drawer: 70_000,
      printer: 'notReady',
    })
    expect(said.fiscal?.ofdQueue?.length).toBe(12)
    const days = (Date.now() - Date.parse(said.fiscal?.ofdQueue?.firstAt ?? '')) / 86_400_000
    expect(days).toBeCloseTo(26, 1)
    await scene.signOut(d.device())
    await scene.queueForOfd(d.device(), 0, 0)
    expect(await d.status()).toMatchObject({ cashier: { kind: 'none' }, fiscal: { ofdQueue: { length: 0 } } })
  })

  it('closes its shift: not with a receipt, cash in the drawer or without paper', async () => {
    await scene.openShift(d.device(), { sum: 5000, cashier: 'Петров' })
    await d.device().setActivity('receipt')
    expect(await close('c1')).toMatchObject({ class: 'refused', reason: 'receiptOpen' })
    await d.device().setActivity('idle')
    await scene.leaveCash(d.device(), 100)
    expect(await close('c2')).toMatchObject({ class: 'refused', reason: 'cashInDrawer' })
    await scene.leaveCash(d.device(), 0)
    await scene.setPrinter(d.device(), 'notReady')
    expect(await close('c3')).toMatchObject({ class: 'refused', reason: 'shiftOpen' })
    await scene.setPrinter(d.device(), 'ready')
    expect((await close('c4')).class).toBe('done')
    expect(await d.status()).toMatchObject({ shift: { open: false }, sum: 0, cashier: { kind: 'none' } })
    expect((await close('c5')).class).toBe('done')
  })

  it('gets a message as it was written', async () => {
    const text = 'Смена закрыта автоматически. Сделайте изъятие и сверку итогов; \'rm -rf\' "$HOME"'
    expect((await d.call(commands.message(d.claim('m'), text))).class).toBe('done')
    expect(d.device().state.messages).toEqual([text])
  })

  it('is not taken back with a receipt open', async () => {
    await d.install(await d.publish())
    await d.device().setActivity('payment')
    expect(await d.call(commands.rollback(d.claim('b'), 96_000))).toMatchObject({
      class: 'refused',
      reason: 'receiptOpen',
    })
    expect(d.device().version).toBe(96_000)
  })
})

describe('the time of an arming', () => {
  it('counts from the call, however long the package is hashed', async () => {
    let clock = Date.now()
    await rigged.end()
    rigged = await rig({ now: () => clock })
    d = drive(rigged)
    const packed = await d.publish()
    await d.staged(packed)
    const { faults } = d.device()
    const has = faults.has.bind(faults)
    const called = clock
    faults.has = (kind, fits) => {
      // The last thing that the check of a package asks for.
      if (kind === 'refuseVerb') clock += 300_000
      return has(kind, fits)
    }
    await d.call(commands.arm(d.claim('a'), packed, 600))
    expect(clock).toBe(called + 300_000)
    expect(d.device().state.armed?.until).toBe(called + 600_000)
  })
})

describe('a store server that updates its tills', () => {
  it('brings them along, after an outage; one that is off follows when it comes back', async () => {
    await rigged.end()
    rigged = await rig({ storeServers: true, updatesTills: true, speed: { restartMs: 300 } })
    d = drive(rigged)
    const [late, ...others] = rigged.fleet.store('M1').devices
    await late?.setOff(true)
    const packed = await d.publish()
    const server = 'M1'
    await d.call(commands.downloadStart(d.claim('d', server), packed.source, packed), server)
    await until(async () => (await d.status(server)).download?.state === 'done', {
      within: 30_000,
      label: 'fetched',
    })
    await d.call(commands.arm(d.claim('a', server), packed, 60), server)
    await d.call(commands.restart(d.claim('r', server), packed.version), server)
    await until(() => others.every((till) => till.state.health === 'starting'), {
      within: 30_000,
      label: 'outage',
    })
    const follow = () => others.every((till) => till.version === 96_000 && till.state.health === 'healthy')
    await until(follow, { within: 30_000, label: 'the tills follow' })
    expect([late?.version, rigged.fleet.device(server).version]).toEqual([95_000, 96_000])
    await late?.setOff(false)
    await until(() => late?.version === 96_000 && late.state.health === 'healthy', {
      within: 30_000,
      label: 'the late one',
    })
    expect(late?.cashId).toBe(TILL)
  })

  it('without the option changes nothing but itself', async () => {
    await rigged.end()
    rigged = await rig({ storeServers: true })
    expect(rigged.fleet.store('M1').devices.every((till) => till.version === 95_000)).toBe(true)
    expect(rigged.fleet.inventory.stores[0]?.calendar).toMatchObject({ opening: [] })
  })
})
