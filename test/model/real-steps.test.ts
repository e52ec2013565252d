/** The real steps against the real simulated device, in the places where the model found the code of once broken. */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Call } from '../../src/device/commands.ts'
import * as commands from '../../src/device/commands.ts'
import { DeviceFailure } from '../../src/device/failure.ts'
import { runStep, type StepContext } from '../../src/device/step.ts'
import { activate } from '../../src/device/steps/activate.ts'
import { disarm } from '../../src/device/steps/disarm.ts'
import { observe } from '../../src/device/steps/observe.ts'
import { restart } from '../../src/device/steps/restart.ts'
import { wayBack } from '../../src/device/steps/way-back.ts'
import { defaultPolicy } from '../../src/rollout/policy.ts'
import type { ReasonCode } from '../../src/rollout/reasons.ts'
import { runAgent } from '../../src/sim/agent.ts'
import { newState, StateFile } from '../../src/sim/agent-state.ts'
import { FaultBox } from '../../src/sim/faults.ts'
import { recoverInstall } from '../../src/sim/install.ts'
import { Machine } from '../../src/sim/machine.ts'
import { profileOf } from '../../src/sim/profile.ts'
import { packagePath } from '../../src/sim/transfer.ts'
import { until } from '../support/until.ts'

const OLD = 95_000
const NEW = 96_000
const content = 'the new version'
const target = {
  version: NEW,
  size: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
}
const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

/** A till on the old version that has fetched the new one. */
async function till(now: () => number = Date.now): Promise<Machine> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nightshift-model-'))
  folders.push(folder)
  const facts = {
    cashId: 'T1',
    kind: 'till' as const,
    folder,
    pace: { restartMs: 2, healthMs: 1, latencyMs: 0 },
    faults: new FaultBox(),
    now,
    profile: () => profileOf({ index: 1, kind: 'till', sinceMs: 0, shifts: 'closed' }),
    cutPower: () => {},
  }
  const machine = new Machine(facts, new StateFile(folder), newState(OLD))
  machine.state.staged.push(target)
  const file = packagePath(machine, target)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, content)
  return machine
}

const claimOf = (generation: number) => ({ cashId: 'T1', operation: `u.g${generation}`, generation })

async function call(machine: Machine, { args, input }: Call): Promise<unknown> {
  const reply = await runAgent(machine, args, input ?? '')
  if (reply.class === 'done') return reply.data
  throw new DeviceFailure(reply.reason as ReasonCode, { mayHaveActed: false })
}

/** The till's fiscal device is made up, and its time may be over. */
const preconditions = { ...defaultPolicy.preconditions, fiscalCritical: { level: 'off' } } as const

const contextOf = (
  machine: Machine,
  generation: number,
  lost: StepContext['lost'] = undefined,
): StepContext => ({
  call: async (one, schema) => schema.parse(await call(machine, one)),
  claim: claimOf(generation),
  package: target,
  source: 'http://store/package',
  policy: { ...defaultPolicy, restartSeconds: 5, preconditions },
  lost,
  pollMs: 1,
  now: Date.now,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  progress: () => {},
  sawStatus: () => {},
  deviceKind: 'till',
  rolloutKind: 'update',
  packageFacts: { ffd: null, firmware: false },
  latestStart: null,
  carried: false,
  triedSince: Date.now(),
  interrupted: undefined,
  note: () => {},
  crash: () => {},
})

const arm = (machine: Machine, generation: number) =>
  call(machine, commands.arm(claimOf(generation), target, 600))

const settled = (machine: Machine) =>
  until(() => machine.state.install === null, { within: 60_000, label: 'the till has settled' })

/** Armed, and somebody pulls the plug and puts it in again. */
async function armedAndRestarted(machine: Machine): Promise<void> {
  await arm(machine, 1)
  await recoverInstall(machine)
  await settled(machine)
}

describe('observe', () => {
  test('keeps a command of the attempt that it looks after from arming the till afterwards', async () => {
    const machine = await till()
    expect((await runStep(observe, contextOf(machine, 2))).event).toBe('seenReady')
    await expect(arm(machine, 1)).rejects.toThrow('superseded')
    expect(machine.state.armed).toBeNull()
  })

  test('leaves an armed till armed', async () => {
    const machine = await till()
    await arm(machine, 1)
    expect((await runStep(observe, contextOf(machine, 2))).event).toBe('seenArmed')
    expect(machine.state.armed).not.toBeNull()
  })

  test('does not let a till be installed again whose rollback was lost', async () => {
    const lost = { step: 'rollback', operation: 'u.g1', at: 0 } as const
    expect((await runStep(observe, contextOf(await till(), 2, lost))).event).toBe('seenUnhealthy')
  })
})

describe('a till that was switched off and on while it was armed', () => {
  test('is no longer disarmed, but looked at', async () => {
    const machine = await till()
    await armedAndRestarted(machine)
    expect(machine.state.version).toBe(NEW)
    expect((await runStep(disarm, contextOf(machine, 2))).event).toBe('contactLost')
  })

  test('is not ready when it is unhealthy', async () => {
    const machine = await till()
    machine.faults.set({ kind: 'healthFails', stay: true })
    await armedAndRestarted(machine)
    expect((await runStep(restart, contextOf(machine, 2))).event).toBe('unhealthy')
  })

  test('is ready again when it went back by itself', async () => {
    const machine = await till()
    machine.faults.set({ kind: 'healthFails' })
    await armedAndRestarted(machine)
    expect(machine.state.version).toBe(OLD)
    expect((await runStep(restart, contextOf(machine, 2))).event).toBe('notArmed')
  })
})

describe('the latest start', () => {
  test('bounds an arming, on the till and in the row', async () => {
    // One moment for both: what passes between them is not the matter here.
    const at = Date.now()
    const machine = await till(() => at)
    const latestStart = at + 60_000
    const end = await runStep(activate, { ...contextOf(machine, 1), latestStart, now: () => at })
    expect(end.event).toBe('armed')
    // The device counts from the call on, in whole seconds.
    expect(machine.state.armed?.until).toBeLessThanOrEqual(latestStart + 1000)
    expect(end.armedUntil?.getTime()).toBeLessThanOrEqual(latestStart + 1000)
  })

  test('keeps a till from being armed or restarted once it has passed', async () => {
    const machine = await till()
    const late = { ...contextOf(machine, 1), latestStart: Date.now() - 1 }
    await expect(runStep(activate, late)).rejects.toThrow('windowTooShort')
    expect(machine.state.armed).toBeNull()
    await arm(machine, 2)
    await expect(
      runStep(restart, { ...contextOf(machine, 3), latestStart: late.latestStart }),
    ).rejects.toThrow('windowTooShort')
    expect(machine.state.install).toBeNull()
  })

  test('puts off the way back of a till that sells', async () => {
    const machine = await till()
    await armedAndRestarted(machine)
    expect(machine.state.version).toBe(NEW)
    const late = { ...contextOf(machine, 2), rolloutKind: 'rollback' as const, latestStart: Date.now() - 1 }
    expect(await runStep(wayBack, late)).toMatchObject({ event: 'putOff', reason: 'windowTooShort' })
    expect(machine.state.version).toBe(NEW)
  })
})

describe('a way back whose contact was lost', () => {
  const lost = { step: 'rollback', operation: 'u.g2', at: 0 } as const

  test('is ready when the till still sells with the version that it is to leave', async () => {
    const machine = await till()
    await armedAndRestarted(machine)
    const context = { ...contextOf(machine, 3, lost), rolloutKind: 'rollback' as const }
    expect((await runStep(observe, context)).event).toBe('seenReady')
  })

  test('is over when the till is back', async () => {
    const context = { ...contextOf(await till(), 3, lost), rolloutKind: 'rollback' as const }
    expect((await runStep(observe, context)).event).toBe('seenReverted')
  })
})
