import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as commands from '../../src/device/commands.ts'
import type { StepContext } from '../../src/device/step.ts'
import { observe } from '../../src/device/steps/observe.ts'
import { wayBack } from '../../src/device/steps/way-back.ts'
import * as scene from '../../src/sim/scene.ts'
import { NEW, OLD, openRig, policyOf, type StepRig, TILL } from './rig.ts'

let rig: StepRig
const till = () => rig.fleet.device(TILL)
const back: Partial<StepContext> = { rolloutKind: 'rollback' }
const events = async (change: Partial<StepContext> = {}) => {
  const { end, reason } = await rig.run(wayBack, { ...back, ...change })
  return [end?.event, reason]
}

/** A till that runs the new version and sells. */
beforeEach(async () => {
  rig = await openRig({ tills: 1 })
  await rig.install()
})
afterEach(() => rig.end())

describe('a rollback that was asked for', () => {
  test('brings a till that sells back to the version before', async () => {
    expect(await events()).toEqual(['reverted', null])
    expect([till().version, till().state.health]).toEqual([OLD, 'healthy'])
  })

  test('has nothing to do where it is back already, and sends nothing', async () => {
    await events()
    const before = till().state.operations.length
    expect(await events()).toEqual(['reverted', null])
    expect(till().state.operations).toHaveLength(before)
  })

  test.each([
    ['receiptOpen', () => till().setActivity('payment'), {}],
    ['shiftOpen', () => scene.openShift(till()), {}],
    ['cashierSignedIn', () => scene.signIn(till(), 'Петров'), {}],
    ['windowTooShort', async () => {}, { latestStart: 1 }],
  ])('waits for %s, and the till is as it was', async (code, stage, change) => {
    await stage()
    const before = till().state.operations.length
    expect(await events(change)).toEqual(['putOff', code])
    expect([till().version, till().state.operations.length]).toEqual([NEW, before])
  })

  test('closes the shift first where the policy says so', async () => {
    await scene.openShift(till())
    expect(await events({ policy: policyOf({ closeShift: 'auto' }) })).toEqual(['reverted', null])
    expect([till().version, till().state.messages.length]).toEqual([OLD, 1])
  })

  test('is put off where there is no version before', async () => {
    await till().setStatus({ previousVersion: null })
    expect(await events()).toEqual(['putOff', 'rollbackUnsupported'])
  })

  test('is put off where the device refuses it and goes on selling', async () => {
    await till().setFault({ kind: 'refuseVerb', verb: 'rollback', reason: 'rollbackUnsupported' })
    expect(await events()).toEqual(['putOff', 'rollbackUnsupported'])
  })

  test('that leaves the till unhealthy is for a person', async () => {
    await till().setFault({ kind: 'rollbackFails' })
    expect(await events()).toEqual(['beyondRepair', 'rollbackFailed'])
  })

  test('of a till that fell ill meanwhile asks nothing', async () => {
    till().machine.state.health = 'unhealthy'
    await till().setActivity('unknown')
    expect(await events()).toEqual(['reverted', null])
  })

  test('of a till that nobody reaches is no statement about it', async () => {
    await till().setOff(true)
    expect((await events())[1]).toBe('tillOffline')
    await till().setOff(false)
  })
})

describe('contact was lost in it', () => {
  const lostIn = (operation: string) => ({ step: 'rollback' as const, operation, at: Date.now() })
  const seen = async (operation = 'never-arrived') => {
    const { end, reason } = await rig.run(observe, { ...back, lost: lostIn(operation) })
    return [end?.event, reason]
  }

  test('and it never arrived: the till sells as before', async () => {
    expect(await seen()).toEqual(['seenReady', undefined])
  })

  test('and it went back', async () => {
    await events()
    expect(await seen(`u.g${rig.generation()}`)).toEqual(['seenReverted', null])
  })

  test('and it still runs: looked at again later', async () => {
    await rig.end()
    rig = await openRig({ tills: 1, speed: { restartMs: 5000 } })
    await rig.install()
    let operation = ''
    await rig.send((claim) => {
      operation = claim.operation
      return commands.rollback(claim, NEW)
    })
    const { reason } = await rig.run(
      { ...observe, act: async () => undefined },
      { ...back, lost: lostIn(operation) },
    )
    expect(reason).toBe('deviceBusy')
  })

  test('and it is unhealthy now', async () => {
    till().machine.state.health = 'unhealthy'
    expect(await seen()).toEqual(['seenUnhealthy', 'healthFailed'])
  })
})
