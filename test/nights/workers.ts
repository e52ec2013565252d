/**
 * Workers carry out claims by the real steps of src/device/steps: every call and every pause of a step is an event of the
 * agenda. Stands for src/workers/device-job.ts and step-context.ts, and for the leases of held.ts.
 */
import type { Call } from '../../src/device/commands.ts'
import type { Status } from '../../src/device/contract.ts'
import { DeviceFailure } from '../../src/device/failure.ts'
import { type DeviceStepRules, runStep, type StepContext } from '../../src/device/step.ts'
import type { DeviceStep } from '../../src/rollout/due.ts'
import { reasonRule } from '../../src/rollout/reasons.ts'
import { readVersion } from '../../src/rollout/versions.ts'
import { endOfFailure, endOfSuccess, reasonOf, type UpdateEnd } from '../../src/workers/attempt-end.ts'
import { LeaseTaken, ShuttingDown } from '../../src/workers/held.ts'
import { answersIn, arrive, arriveLate, givesUpIn, unreachable } from './line.ts'
import { type Attempt, after } from './pauses.ts'
import { moveRow } from './rows.ts'
import type { Row, Worker, World } from './shapes.ts'
import { SECOND } from './wall.ts'

export const LEASE_MS = 60 * SECOND

/** Between two looks of one step. */
const pollMs: Partial<Record<DeviceStep, number>> = {
  download: 150 * SECOND,
  restart: 30 * SECOND,
  rollback: 20 * SECOND,
}

async function callDevice(attempt: Attempt, call: Call): Promise<unknown> {
  const { world, row } = attempt
  const { device } = row
  const away = unreachable(world, device)
  if (away !== undefined) {
    await after(attempt, givesUpIn(world))
    throw new DeviceFailure(away, { mayHaveActed: false })
  }
  return after(
    attempt,
    answersIn(world, call),
    () => arrive(world, device, call),
    () => {
      if (call.mutates === true && world.random.chance(0.5)) arriveLate(world, device, call)
    },
  )
}

function saveSeen(attempt: Attempt, status: Status): void {
  const { device, store } = attempt.row
  const read = readVersion(status.version)
  device.said = {
    health: status.health,
    activity: status.activity,
    version: read.kind === 'full' ? read.version : null,
  }
  device.isReached = true
  if (!attempt.isReached) store.asks += 1
  attempt.isReached = true
}

function saveUnreached(attempt: Attempt, error: unknown): void {
  const { device, store } = attempt.row
  if (reasonRule(reasonOf(error)).owner !== 'network') return
  device.isReached = false
  if (attempt.isReached) return
  store.asks += 1
  store.misses += 1
}

/** src/workers/step-context.ts */
function contextOf(attempt: Attempt): StepContext {
  const { world, row, generation, step } = attempt
  const { lastRun, device, rollout } = row
  const wasLost = lastRun !== null && (lastRun.outcome === 'contactLost' || lastRun.outcome === 'leaseLost')
  const operationOf = (of: number): string => `${row.id}.g${of}`
  const isDetached = wasLost && (lastRun.step === 'restart' || lastRun.step === 'rollback')
  const { version, size, sha256 } = row.package
  return {
    call: async (call) => {
      try {
        const data = await callDevice(attempt, call)
        if (call.mutates && !call.isAside) attempt.acted = true
        return data as never
      } catch (error) {
        const mayHaveActed = !(error instanceof DeviceFailure) || error.mayHaveActed
        if (call.mutates && mayHaveActed) attempt.acted = true
        throw error
      }
    },
    claim: { cashId: device.cashId, operation: operationOf(generation), generation },
    package: { version, size, sha256 },
    packageFacts: { ffd: null, firmware: false },
    source: 'http://10.0.0.1/p',
    policy: rollout.policy,
    deviceKind: device.kind,
    rolloutKind: rollout.kind,
    latestStart: row.latestStart,
    carried: row.carried,
    triedSince: row.triedSince?.at ?? row.claimedAt,
    interrupted: wasLost ? operationOf(lastRun.generation) : undefined,
    lost: isDetached
      ? {
          step: lastRun.step as 'restart' | 'rollback',
          operation: operationOf(lastRun.generation),
          at: lastRun.endedAt,
        }
      : undefined,
    pollMs: pollMs[step] ?? 10 * SECOND,
    now: world.agenda.now,
    sleep: (ms) => after(attempt, ms) as Promise<never>,
    progress: () => {},
    note: () => {},
    sawStatus: (status) => saveSeen(attempt, status),
    crash: () => {},
  }
}

function endOf(attempt: Attempt, error: unknown): UpdateEnd {
  const { row, step, acted, world } = attempt
  const isPutOff = row.rollout.kind === 'rollback' && step === 'rollback' && row.claimedFrom === 'ready'
  const failed = { acted, attempts: row.attempts, policy: row.rollout.policy, jitter: world.random.next() }
  return endOfFailure(step, error, isPutOff ? { ...failed, deferAs: 'putOff' } : failed)
}

function write({ world, row, generation }: Attempt, end: UpdateEnd): void {
  const { event, attempts, reason, retryInSeconds, armedUntil } = end
  const isWritten = moveRow(world, row, event, {
    generation,
    attempts,
    ...(reason === undefined ? {} : { reason }),
    ...(retryInSeconds === undefined ? {} : { retryInSeconds }),
    ...(armedUntil === undefined ? {} : { armedUntil: armedUntil === null ? null : armedUntil.getTime() }),
  })
  if (!isWritten) world.counters.superseded += 1
}

async function carryOut(attempt: Attempt, rules: DeviceStepRules): Promise<void> {
  const { row, world } = attempt
  try {
    const end = await runStep(rules, contextOf(attempt))
    const { attempts, rollout } = row
    write(attempt, endOfSuccess(end, { attempts, policy: rollout.policy, jitter: world.random.next() }))
  } catch (error) {
    if (error instanceof LeaseTaken) return
    const isKnown = error instanceof DeviceFailure || error instanceof ShuttingDown
    if (reasonOf(error) === 'internalError' && !isKnown) world.checks.surprised(row, error)
    write(attempt, endOf(attempt, error))
    saveUnreached(attempt, error)
  }
}

/** takeClaim: the first taker of a generation that is still the row's. */
function begin(world: World, worker: Worker, row: Row): void {
  const { step, generation, rollout } = row
  if (step === null) return
  row.isBegun = true
  const isWayBack = step === 'rollback' && rollout.kind === 'rollback'
  const rules = isWayBack ? world.core.wayBack : world.core.steps[step]
  const deadline = world.agenda.now() + rules.deadlineSeconds(rollout.policy) * SECOND
  const rest = { acted: false, isReached: false, isAbandoned: false, interruption: undefined }
  const attempt: Attempt = { world, worker, row, step, generation, deadline, ...rest }
  const held: Held = {
    row,
    generation,
    abandon: () => {
      attempt.isAbandoned = true
    },
    interrupt: (error) => {
      attempt.interruption = error
    },
  }
  worker.running.add(held)
  world.agenda.awake(1)
  void carryOut(attempt, rules)
    .catch(world.agenda.stop)
    .then(() => {
      worker.running.delete(held)
      world.agenda.awake(-1)
    })
}

export interface Held {
  readonly row: { readonly generation: number; readonly isLeased: boolean }
  readonly generation: number
  abandon(): void
  interrupt(error: Error): void
}

export const isTaken = ({ row, generation }: Held): boolean => row.generation !== generation || !row.isLeased

/** A worker with room, or undefined: the job waits. */
export function idleWorker(world: World): Worker | undefined {
  const now = world.agenda.now()
  const idle = world.workers.filter(
    (one) => one.isAlive && now >= one.frozenUntil && one.running.size < one.capacity,
  )
  return idle.length === 0 ? undefined : world.random.pick(idle)
}

const UNBEGUN_MS = 3 * SECOND

/** The job of a claim comes to a worker; a lost one is put into the queue again; one that nobody takes is given back. */
export function deliver(world: World, row: Row, generation: number): void {
  const { agenda, random } = world
  const isLost = random.chance(0.001)
  const ms = isLost ? UNBEGUN_MS + random.between(0, 1000) : random.between(50, 700)
  agenda.at(agenda.now() + ms, () => {
    if (row.generation !== generation || !row.isLeased || row.isBegun) return
    if (agenda.now() > row.claimedAt + LEASE_MS) {
      moveRow(world, row, 'deferred', { generation, attempts: 'keep' })
      return
    }
    const worker = idleWorker(world)
    if (worker === undefined) {
      agenda.at(agenda.now() + UNBEGUN_MS, () => deliver(world, row, generation))
      return
    }
    begin(world, worker, row)
    if (random.chance(0.002)) deliver(world, row, generation)
  })
}

/** Ends its attempt, if it is still that one. */
export function expireLease(world: World, row: Row, generation: number): void {
  if (row.generation !== generation || !row.isLeased) return
  const move = { generation, reason: 'leaseExpired', attempts: 'spend', retryInSeconds: 1 } as const
  moveRow(world, row, 'leaseLost', move)
}
