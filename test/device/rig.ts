/** The real steps over real SSH against the simulated fleet: what a worker does, without rows. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { callDevice } from '../../src/device/call.ts'
import * as commands from '../../src/device/commands.ts'
import { armData, downloadData, operationData } from '../../src/device/contract.ts'
import { DeviceFailure } from '../../src/device/failure.ts'
import { type DeviceStepRules, runStep, type StepContext, type StepEnd } from '../../src/device/step.ts'
import { defaultPolicy, type Policy } from '../../src/rollout/policy.ts'
import { type Fleet, type FleetOptions, startFleet } from '../../src/sim/fleet.ts'
import { newKeyPair } from '../../src/sim/keys.ts'
import { createSshPool } from '../../src/ssh/pool.ts'
import { routeOf } from '../../src/workers/step-context.ts'
import { until } from '../support/until.ts'

/** The first staffed till of every fleet. */
export const TILL = '50001002'
export const OLD = 95_000
export const NEW = 96_000
const CALL_MS = 20_000

export interface Ran {
  /** How the step ended, or the reason for which it did not. */
  readonly end: StepEnd | undefined
  readonly reason: string | null | undefined
  readonly notes: Readonly<Record<string, unknown>>
}

export interface StepRig {
  readonly fleet: Fleet
  readonly target: commands.PackageRef
  /** Runs a step as the next claim of this device. */
  run(rules: DeviceStepRules, change?: Partial<StepContext>, cashId?: string): Promise<Ran>
  /** The device has fetched the new version. */
  stage(cashId?: string): Promise<void>
  /** The device runs the new version. */
  install(cashId?: string): Promise<void>
  /** One verb of its own, as the next claim. */
  send(build: (claim: commands.Claim) => commands.Call, cashId?: string): Promise<void>
  /** The generation of the last claim. */
  generation(): number
  end(): Promise<void>
}

export const policyOf = (change: Partial<Policy> = {}): Policy => ({
  ...defaultPolicy,
  restartSeconds: 20,
  armSeconds: 600,
  ...change,
})

export async function openRig(options: Partial<FleetOptions> = {}): Promise<StepRig> {
  const dir = await mkdtemp(path.join(tmpdir(), 'nightshift-steps-'))
  const { privateKey, publicLine } = newKeyPair()
  const fleet = await startFleet({
    ...{ dir, stores: 1, tills: 3, version: OLD, clientKey: publicLine, speed: { restartMs: 60 } },
    ...options,
  })
  const pool = createSshPool({ readKey: async () => Buffer.from(privateKey) })
  const signal = AbortSignal.timeout(120_000)
  const bytes = randomBytes(50_000)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const target = { version: NEW, size: bytes.length, sha256 }
  const store = fleet.inventory.stores[0]
  if (store === undefined) throw new Error('no store')
  await writeFile(path.join(store.packageFolder, 'new.pkg'), bytes)
  const source = `${store.packageUrl}/new.pkg`
  let generation = 0

  const deviceOf = (cashId: string) => {
    const device = store.devices.find((one) => one.cashId === cashId)
    if (device === undefined) throw new Error(`no device ${cashId}`)
    return device
  }
  const caller = (cashId: string): StepContext['call'] => {
    const where = { route: routeOf({ device: deviceOf(cashId), store }), agent: 'nightctl' }
    return (call, schema, deadlineMs = CALL_MS) =>
      callDevice(pool, where, call, schema, { deadlineMs, signal })
  }
  const claimOf = (cashId: string): commands.Claim => {
    generation += 1
    return { cashId, operation: `u.g${generation}`, generation }
  }
  const contextOf = (cashId: string, note: StepContext['note']): StepContext => ({
    call: caller(cashId),
    claim: claimOf(cashId),
    package: target,
    packageFacts: { ffd: null, firmware: false },
    source,
    policy: policyOf(),
    deviceKind: deviceOf(cashId).kind,
    rolloutKind: 'update',
    latestStart: null,
    carried: false,
    triedSince: Date.now(),
    interrupted: undefined,
    lost: undefined,
    pollMs: 20,
    now: Date.now,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    progress: () => {},
    note,
    sawStatus: () => {},
    crash: () => {},
  })

  async function run(rules: DeviceStepRules, change: Partial<StepContext> = {}, cashId = TILL): Promise<Ran> {
    let notes: Readonly<Record<string, unknown>> = {}
    const note: StepContext['note'] = (params) => {
      notes = { ...notes, ...params }
    }
    try {
      const end = await runStep(rules, { ...contextOf(cashId, note), ...change })
      return { end, reason: end.reason, notes }
    } catch (error) {
      if (error instanceof DeviceFailure) return { end: undefined, reason: error.reason, notes }
      throw error
    }
  }

  const isDone = async (cashId: string, sha: string) =>
    (await caller(cashId)(commands.downloadStatus(sha), downloadData)).download.state === 'done'

  async function stage(cashId = TILL): Promise<void> {
    await caller(cashId)(commands.downloadStart(claimOf(cashId), source, target), downloadData)
    await until(() => isDone(cashId, sha256), { within: 20_000, label: 'fetched' })
  }

  async function install(cashId = TILL): Promise<void> {
    await stage(cashId)
    await caller(cashId)(commands.arm(claimOf(cashId), target, 600), armData)
    const claim = claimOf(cashId)
    await caller(cashId)(commands.restart(claim, NEW), operationData)
    const ended = async () => {
      const { operation } = await caller(cashId)(commands.operation(claim.operation), operationData)
      return operation.state === 'done'
    }
    await until(ended, { within: 20_000, label: 'installed' })
  }

  return {
    fleet,
    target,
    run,
    stage,
    install,
    send: async (build, cashId = TILL) => {
      await caller(cashId)(build(claimOf(cashId)), z.looseObject({}))
    },
    generation: () => generation,
    end: async () => {
      await pool.close()
      await fleet.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
