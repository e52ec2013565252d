/** Runs one errand to one device. None of them is an alarm: what becomes of it is told to who asked. */
import type { z } from 'zod'
import { moveCommands } from '../db/command-moves.ts'
import { type CommandWork, readCommandWork } from '../db/commands.ts'
import { saveStatus } from '../db/fleet.ts'
import { CALL_MS, callDevice } from '../device/call.ts'
import { untilClosed } from '../device/close-shift.ts'
import * as commands from '../device/commands.ts'
import { doneData, type Status, statusData } from '../device/contract.ts'
import { DeviceFailure } from '../device/failure.ts'
import type { ClaimProcessor } from '../jobs/backend.ts'
import { command as kind } from '../jobs/command.ts'
import { backoffSeconds, type ReasonCode, reasonRule } from '../rollout/reasons.ts'
import type { CommandEvent } from '../rollout/states.ts'
import { abortable } from './abortable.ts'
import { detailOf, reasonOf } from './attempt-end.ts'
import { claimJob } from './claim-job.ts'
import type { WorkerDeps } from './deps.ts'
import { type Held, LeaseTaken, ShuttingDown } from './held.ts'
import { readingOf } from './reading.ts'
import { routeOf } from './step-context.ts'

const LOOK_MS = CALL_MS
const CHANGE_MS = 4 * CALL_MS

interface Errand {
  readonly deps: WorkerDeps
  readonly work: CommandWork
  /** Its operation is the command's own, whatever the claim: done once, however often it is sent. */
  readonly claim: commands.Claim
  readonly signal: AbortSignal
}

function call<T>(errand: Errand, one: commands.Call, schema: z.ZodType<T>): Promise<T> {
  const { deps, work, signal } = errand
  const { device } = work
  const target = { route: routeOf({ device, store: device.store }), agent: device.agent }
  return callDevice(deps.ssh, target, one, schema, { deadlineMs: CALL_MS, signal })
}

/** Keeps what the device says, unless another one answers at its address. @throws DeviceFailure */
async function look(errand: Errand): Promise<Status> {
  const { deps, work } = errand
  const status = await call(errand, commands.status(), statusData)
  if (status.cashId !== work.device.cashId) {
    throw new DeviceFailure('wrongDevice', {
      mayHaveActed: false,
      detail: `it says ${status.cashId ?? 'nothing'}`,
    })
  }
  await saveStatus(deps.db, work.deviceId, readingOf('look', status))
  return status
}

type Outcome = Readonly<Record<string, unknown>>

async function closeShift(errand: Errand): Promise<Outcome> {
  const before = await look(errand)
  if (before.shift?.open !== true) return { wasClosed: true }
  await call(errand, commands.closeShift(errand.claim), doneData)
  const clock = { now: Date.now, sleep: (ms: number) => abortable(ms, errand.signal) }
  await untilClosed({ ...clock, pollMs: errand.deps.pollMs }, () => look(errand))
  return { shift: before.shift.number }
}

async function run(errand: Errand): Promise<Outcome> {
  const { work } = errand
  if (work.device.host === null) throw new DeviceFailure('noAddress', { mayHaveActed: false })
  switch (work.kind) {
    case 'look':
      await look(errand)
      return {}
    case 'message':
      await call(errand, commands.message(errand.claim, work.body ?? ''), doneData)
      return {}
    case 'closeShift':
      return closeShift(errand)
    default:
      throw new DeviceFailure('internalError', { mayHaveActed: false, detail: `unknown kind ${work.kind}` })
  }
}

interface End {
  readonly event: CommandEvent
  readonly reason?: ReasonCode | null
  readonly params?: Outcome
  readonly retryInSeconds?: number
  readonly spends?: boolean
}

/** A look is made once: who asked sees at once that nobody answered. The others are tried until they expire. */
function endOfFailure(work: CommandWork, error: unknown): End {
  if (error instanceof ShuttingDown) return { event: 'deferred' }
  const reason = reasonOf(error)
  const params = { detail: detailOf(error) }
  const retryInSeconds = work.kind === 'look' ? undefined : backoffSeconds(reason, work.attempts + 1)
  if (retryInSeconds === undefined) return { event: 'fail', reason, params, spends: true }
  return { event: 'deferred', reason, params, retryInSeconds, spends: true }
}

async function attempt(deps: WorkerDeps, work: CommandWork, held: Held): Promise<End> {
  const deadline = AbortSignal.timeout(work.kind === 'look' ? LOOK_MS : CHANGE_MS)
  const signal = AbortSignal.any([held.abort.signal, deadline])
  const { cashId } = work.device
  const claim = { cashId, operation: `command.${work.id}`, generation: held.generation }
  try {
    const params = await run({ deps, work, claim, signal })
    return { event: 'done', reason: null, params, spends: true }
  } catch (error) {
    if (error instanceof LeaseTaken) throw error
    const end = endOfFailure(work, error)
    if (end.reason && reasonRule(end.reason).owner === 'network') {
      await saveStatus(deps.db, work.deviceId, { source: 'look', reason: end.reason }).catch((failed) =>
        deps.log.warn({ err: failed }, 'saving a status'),
      )
    }
    return end
  }
}

export function commandJob(deps: WorkerDeps): ClaimProcessor {
  return claimJob(deps, kind, async (held) => {
    const work = await readCommandWork(deps.db, held.id)
    if (work === undefined) return 'stale: the row is gone'
    deps.crash('command.beforeAct')
    const { event, ...options } = await attempt(deps, work, held)
    deps.crash('command.beforeWrite')
    const move = { id: held.id, expected: held.generation }
    const moved = await moveCommands(deps.db.pool, [move], event, { actor: deps.worker, ...options })
    if (moved.length === 0) return 'superseded: the row had moved on'
    return options.reason ? `${event}: ${options.reason}` : event
  })
}
