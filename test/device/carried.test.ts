import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { StepContext } from '../../src/device/step.ts'
import { activate } from '../../src/device/steps/activate.ts'
import { restart } from '../../src/device/steps/restart.ts'
import { until } from '../support/until.ts'
import { NEW, OLD, openRig, type StepRig, TILL } from './rig.ts'

let rig: StepRig
const SERVER = 'M1'
const till = () => rig.fleet.device(TILL)

beforeEach(async () => {
  rig = await openRig({ tills: 2, storeServers: true, updatesTills: true })
})
afterEach(() => rig.end())

const look = async (change: Partial<StepContext> = {}) => {
  const { end, reason } = await rig.run(activate, { carried: true, ...change })
  return [end?.event, reason]
}
const long = () => ({ triedSince: Date.now() - 3_600_000 })

/** The store server's update, over its own SSH. */
async function updateServer(): Promise<void> {
  await rig.stage(SERVER)
  expect((await rig.run(activate, {}, SERVER)).end?.event).toBe('armed')
  expect((await rig.run(restart, {}, SERVER)).end?.event).toBe('healthy')
}

describe('a till that its store server brings along', () => {
  test('is waited for, and found on the new version; nothing was sent to it', async () => {
    expect(await look()).toEqual([undefined, 'deviceBusy'])
    await updateServer()
    await until(async () => (await look())[0] === 'alreadyNew', { within: 20_000, label: 'brought along' })
    expect([till().version, till().state.generation, till().state.operations]).toEqual([NEW, 0, []])
  })

  test('is given up when its server did not', async () => {
    expect(await look(long())).toEqual([undefined, 'installFailed'])
    expect(till().version).toBe(OLD)
  })

  test('is off: away counts as starting at first, and as off in the end', async () => {
    await till().setOff(true)
    expect(await look()).toEqual([undefined, 'deviceBusy'])
    expect(await look(long())).toEqual([undefined, 'tillOffline'])
    await updateServer()
    await till().setOff(false)
    await until(async () => (await look())[0] === 'alreadyNew', { within: 20_000, label: 'came after' })
  })

  test('does not come up: somebody looks after it', async () => {
    await till().setFault({ kind: 'healthFails', stay: true })
    await updateServer()
    await until(() => till().state.health === 'unhealthy', { within: 20_000, label: 'ill' })
    expect(await look()).toEqual(['contactLost', 'healthFailed'])
  })
})
