import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { StepContext } from '../../src/device/step.ts'
import { activate } from '../../src/device/steps/activate.ts'
import { disarm } from '../../src/device/steps/disarm.ts'
import { restart } from '../../src/device/steps/restart.ts'
import * as scene from '../../src/sim/scene.ts'
import { openRig, policyOf, type StepRig, TILL } from './rig.ts'

let rig: StepRig
const till = () => rig.fleet.device(TILL)
const arms = () => till().log.filter((line) => line.startsWith('armed')).length
const MINUTE = 60_000
const MESSAGE = 'Смена закрыта автоматически. Сделайте изъятие и сверку итогов'
const auto = { policy: policyOf({ closeShift: 'auto' }) }

beforeAll(async () => {
  rig = await openRig()
  await rig.stage()
})
afterAll(() => rig.end())
/** As at night: closed, nobody signed in, nothing in the way. */
beforeEach(async () => {
  await till().setFault(null)
  const { state } = till().machine
  await rig.run(disarm)
  state.facts = {}
  state.messages = []
  state.log = []
})

/** A shift that stands open alone: nobody is signed in. */
const leaveOpen = () => scene.openShift(till(), { sum: 125_205 })

describe('preconditions, read live right before arming', () => {
  test('nothing stands in the way: it is armed', async () => {
    const { end } = await rig.run(activate)
    expect([end?.event, end?.reason, arms()]).toEqual(['armed', null, 1])
  })

  interface Standing {
    readonly code: string
    readonly stage?: () => Promise<void>
    readonly change?: Partial<StepContext>
  }
  const speaks = (ffd: string[] | null, firmware: boolean) => ({ packageFacts: { ffd, firmware } })
  const standing: readonly Standing[] = [
    { code: 'receiptOpen', stage: () => till().setActivity('receipt') },
    { code: 'receiptOpen', stage: () => till().setActivity('payment') },
    { code: 'activityUnknown', stage: () => till().setActivity('unknown') },
    { code: 'technicalBreak', stage: () => till().setActivity('technicalBreak') },
    { code: 'tillBlocked', stage: () => till().setStatus({ blocked: true }) },
    { code: 'cashierSignedIn', stage: () => scene.signIn(till(), 'Петров') },
    { code: 'shiftOpen', stage: leaveOpen },
    { code: 'shiftExpired', stage: () => scene.openShift(till(), { hours: 25 }) },
    {
      code: 'replicationLag',
      stage: () => till().setStatus({ replication: { lagSeconds: 1000, unsent: 3 } }),
    },
    { code: 'fiscalCritical', stage: () => scene.setFiscal(till(), { flags: ['critical'] }) },
    { code: 'ofdQueueOld', stage: () => scene.queueForOfd(till(), 7, 26) },
    { code: 'ofdQueueOld', stage: () => scene.queueForOfd(till(), 1, 0), change: speaks(null, true) },
    { code: 'ffdUnsupported', change: speaks(['1.2'], false) },
    { code: 'diskFull', stage: () => till().setStatus({ disk: { freeBytes: 1000 } }) },
  ]
  test.each(standing)('$code: not armed, the reason and all that was found', async (one) => {
    await one.stage?.()
    const { reason, notes } = await rig.run(activate, one.change)
    expect(reason).toBe(one.code)
    expect(notes.findings).toContainEqual(expect.objectContaining({ code: one.code, level: 'block' }))
    expect(arms()).toBe(0)
  })

  test('a warning does not hold it up, and goes with the arming', async () => {
    await scene.leaveCash(till(), 50_000)
    const { end, notes } = await rig.run(activate)
    expect(end?.event).toBe('armed')
    expect(notes.findings).toContainEqual(expect.objectContaining({ code: 'cashInDrawer', level: 'warn' }))
  })

  test('what a policy switches off is not looked at', async () => {
    await scene.signIn(till(), 'Петров')
    const { preconditions } = policyOf()
    const policy = policyOf({ preconditions: { ...preconditions, cashierSignedIn: { level: 'off' } } })
    expect((await rig.run(activate, { policy })).end?.event).toBe('armed')
  })
})

describe('the latest start', () => {
  test('is over: windowTooShort, and nothing is sent', async () => {
    expect((await rig.run(activate, { latestStart: Date.now() - 1 })).reason).toBe('windowTooShort')
    expect(arms()).toBe(0)
  })

  test('is near: the device itself refuses to install after it', async () => {
    const latestStart = Date.now() + 2 * MINUTE
    const { end } = await rig.run(activate, { latestStart })
    expect(end?.armedUntil?.getTime()).toBeLessThanOrEqual(latestStart)
    expect(till().state.armed?.until).toBeLessThanOrEqual(latestStart)
    expect(till().state.armed?.until).toBeGreaterThan(latestStart - MINUTE)
  })

  test('is far: the policy says how long', async () => {
    const before = Date.now()
    const { end } = await rig.run(activate, { latestStart: before + 600 * MINUTE })
    const until = end?.armedUntil?.getTime() ?? 0
    expect(until).toBeGreaterThan(before + 599_000)
    expect(until).toBeLessThanOrEqual(Date.now() + 600_000)
  })

  test('passed between arming and restart: not restarted', async () => {
    await rig.run(activate)
    expect((await rig.run(restart, { latestStart: Date.now() - 1 })).reason).toBe('windowTooShort')
    expect([till().activations, till().state.armed !== null]).toEqual([0, true])
  })
})

describe('before the restart it is looked at once more', () => {
  test.each([
    ['receiptOpen', () => till().setActivity('payment')],
    ['activityUnknown', () => till().setActivity('unknown')],
    ['tillBlocked', () => till().setStatus({ blocked: true })],
    ['shiftOpen', () => leaveOpen()],
  ])('%s since it was armed: it stays armed', async (code, stage) => {
    expect((await rig.run(activate)).end?.event).toBe('armed')
    await stage()
    expect((await rig.run(restart)).reason).toBe(code)
    expect([till().activations, till().state.armed !== null]).toEqual([0, true])
  })
})

describe('an open shift under closeShift: auto', () => {
  test('is closed, all is checked again, the cashier is told, then it is armed', async () => {
    await leaveOpen()
    const { end, notes } = await rig.run(activate, auto)
    expect(end?.event).toBe('armed')
    expect(notes).toMatchObject({ shiftClosed: 2 })
    expect(till().state.messages).toEqual([MESSAGE])
    const did = till().log.map((line) => line.split(' ').slice(0, 2).join(' '))
    expect(did).toEqual(['shift closed', 'armed 00096000'])
  })

  test('each is an operation of its own under the same claim', async () => {
    await leaveOpen()
    await rig.run(activate, auto)
    const own = till().state.operations.filter((one) => one.generation === rig.generation())
    const claim = `u.g${rig.generation()}`
    expect(own.map(({ id, verb }) => [id, verb])).toEqual([
      [`${claim}.shift`, 'close-shift'],
      [`${claim}.said`, 'message'],
      [claim, 'arm'],
    ])
  })

  test.each([
    ['receiptOpen', () => till().setActivity('receipt')],
    ['cashierSignedIn', () => scene.signIn(till(), 'Петров')],
    ['printerNotReady', () => scene.setPrinter(till(), 'notReady')],
  ])('something else stands in the way too, %s: it stays open', async (code, stage) => {
    await leaveOpen()
    await stage()
    expect((await rig.run(activate, auto)).reason).toBe(code)
    expect([till().log, till().state.messages]).toEqual([[], []])
  })

  test('the device refuses for the cash in it: shiftOpen is not hidden, nothing is armed', async () => {
    await leaveOpen()
    await scene.leaveCash(till(), 50_000)
    expect((await rig.run(activate, auto)).reason).toBe('cashInDrawer')
    expect([till().state.facts.shift?.open, arms()]).toEqual([true, 0])
  })

  test('somebody opened a receipt while it was being closed: not armed', async () => {
    await leaveOpen()
    const crash = (point: string) => {
      if (point === 'afterCloseShift') till().machine.state.facts.activity = 'receipt'
    }
    expect((await rig.run(activate, { ...auto, crash })).reason).toBe('receiptOpen')
    expect([till().state.facts.shift?.open, arms()]).toEqual([false, 0])
  })

  test('it says done and stays open: given up after a minute, not armed', async () => {
    await leaveOpen()
    let clock = Date.now()
    const crash = (point: string) => {
      // The report hangs in the printer.
      if (point === 'afterCloseShift') {
        till().machine.state.facts.shift = { open: true, number: 3, openedAt: null }
      }
    }
    const sleep = async () => {
      clock += 30_000
    }
    const run = await rig.run(activate, { ...auto, crash, sleep, now: () => clock })
    expect([run.reason, arms()]).toEqual(['shiftOpen', 0])
  })

  test('a text that it does not take stops nothing, and is noted', async () => {
    await leaveOpen()
    await till().setFault({ kind: 'refuseVerb', verb: 'message', reason: 'internalError' })
    const { end, notes } = await rig.run(activate, auto)
    expect([end?.event, notes.notTold]).toEqual(['armed', 'internalError'])
  })

  test('the worker died between closing and telling: the next attempt tells', async () => {
    await leaveOpen()
    const crash = (point: string) => {
      if (point === 'afterCloseShift') throw new Error('the worker died')
    }
    await expect(rig.run(activate, { ...auto, crash })).rejects.toThrow('the worker died')
    expect(till().state.messages).toEqual([])
    const interrupted = `u.g${rig.generation()}`
    expect((await rig.run(activate, { ...auto, interrupted })).end?.event).toBe('armed')
    expect(till().state.messages).toEqual([MESSAGE])
    await rig.run(disarm)
    expect((await rig.run(activate, auto)).end?.event).toBe('armed')
    expect(till().state.messages).toEqual([MESSAGE])
  })

  test.each(['never', 'ask'] as const)('with %s it is left alone', async (closeShift) => {
    await leaveOpen()
    expect((await rig.run(activate, { policy: policyOf({ closeShift }) })).reason).toBe('shiftOpen')
    expect(till().log).toEqual([])
  })
})
