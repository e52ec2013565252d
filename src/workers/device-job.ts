/** Runs one claimed step of one device, from begin to the row's move. All device jobs are this with another step. */
import { UnrecoverableError } from 'bullmq'
import { saveStatus } from '../db/fleet.ts'
import { moveUpdate } from '../db/transition.ts'
import { readUpdateWork, type UpdateWork } from '../db/work.ts'
import { CALL_MS, callDevice } from '../device/call.ts'
import { DeviceFailure } from '../device/failure.ts'
import { type DeviceStepRules, runStep, type StepContext, type StepEnd } from '../device/step.ts'
import type { ClaimProcessor } from '../jobs/backend.ts'
import type { JobKind } from '../jobs/job.ts'
import { type ReasonCode, reasonRule } from '../rollout/reasons.ts'
import { formatVersion, readVersion } from '../rollout/versions.ts'
import { abortable } from './abortable.ts'
import { endOfFailure, endOfSuccess, type UpdateEnd } from './attempt-end.ts'
import { claimJob } from './claim-job.ts'
import type { WorkerDeps } from './deps.ts'
import { type Held, LeaseTaken } from './held.ts'
import { packageUrl } from './package-files.ts'

/** Operations are named by claim, so that a repetition is recognised on the device. */
const operationId = (updateId: string, generation: number): string => `${updateId}.g${generation}`

/** Contact was lost in a restart or rollback that may still be under way: its operation tells what became of it. */
function lostAttempt(work: UpdateWork): StepContext['lost'] {
  const [last] = work.runs
  if (last?.outcome !== 'contactLost' && last?.outcome !== 'leaseLost') return undefined
  const { step, generation } = last
  if (step !== 'restart' && step !== 'rollback') return undefined
  return { step, operation: operationId(work.id, generation), at: last.endedAt?.getTime() ?? 0 }
}

interface Acting {
  /** True once a mutating verb may have changed the device in this attempt. */
  acted: boolean
}

function makeContext(
  deps: WorkerDeps,
  kind: JobKind,
  work: UpdateWork,
  held: Held,
  signal: AbortSignal,
  acting: Acting,
): StepContext {
  const { device, store } = work
  const target = {
    route: { store, device: { ...device, host: device.host ?? '' } },
    agent: device.agent,
  }
  return {
    claim: {
      cashId: device.cashId,
      operation: operationId(work.id, held.generation),
      generation: held.generation,
    },
    package: { version: work.package.version, size: Number(work.package.size), sha256: work.package.sha256 },
    source: packageUrl(store.packageUrl, work.package.sha256),
    policy: work.policy,
    lost: lostAttempt(work),
    pollMs: deps.pollMs,
    now: Date.now,
    sleep: (ms) => abortable(ms, signal),
    progress: (doneBytes) => {
      held.doneBytes = doneBytes
    },
    sawStatus: (status) => {
      const read = readVersion(status.version)
      const version = read.kind === 'full' ? read.version : null
      saveStatus(deps.db, device.id, { source: 'step', version, status }).catch((error: unknown) =>
        deps.log.warn({ err: error }, 'saving a status'),
      )
    },
    crash: (point) => deps.crash(`${kind.name}.${point}`),
    call: async (call, schema, deadlineMs = CALL_MS) => {
      try {
        const data = await callDevice(deps.ssh, target, call, schema, { deadlineMs, signal })
        if (call.mutates) acting.acted = true
        return data
      } catch (error) {
        // An abort in the middle of a call proves nothing either.
        const mayHaveActed = !(error instanceof DeviceFailure) || error.mayHaveActed
        if (call.mutates && mayHaveActed) acting.acted = true
        throw error
      }
    },
  }
}

/** The event beside the move: the end of a download has words of its own since the first head offices. */
const alsoSaid = (work: UpdateWork, end: StepEnd) =>
  end.event === 'downloaded'
    ? {
        code: 'downloadFinished',
        params: { version: formatVersion(work.package.version), cashId: work.device.cashId },
      }
    : undefined

async function write(deps: WorkerDeps, work: UpdateWork, held: Held, end: UpdateEnd): Promise<boolean> {
  const also = alsoSaid(work, end)
  const { armedUntil } = end
  const moved = await moveUpdate(
    deps.db.pool,
    work.id,
    end.event,
    {
      actor: deps.worker,
      generation: held.generation,
      attempts: end.attempts,
      ...(end.reason === undefined ? {} : { reason: end.reason }),
      ...(end.params === undefined ? {} : { params: end.params }),
      ...(end.retryInSeconds === undefined ? {} : { retryInSeconds: end.retryInSeconds }),
      ...(also === undefined ? {} : { also }),
    },
    {
      ...(armedUntil === undefined ? {} : { armedUntil }),
      ...(end.event === 'downloaded' ? { doneBytes: Number(work.package.size) } : {}),
    },
  )
  return moved !== undefined
}

async function attempt(
  deps: WorkerDeps,
  kind: JobKind,
  rules: DeviceStepRules,
  work: UpdateWork,
  held: Held,
): Promise<UpdateEnd> {
  const acting: Acting = { acted: false }
  const deadline = AbortSignal.timeout(rules.deadlineSeconds(work.policy) * 1000)
  const signal = AbortSignal.any([held.abort.signal, deadline])
  try {
    if (work.device.host === null) throw new DeviceFailure('noAddress', { mayHaveActed: false })
    const end = await runStep(rules, makeContext(deps, kind, work, held, signal, acting))
    return endOfSuccess(end, work)
  } catch (error) {
    if (error instanceof LeaseTaken) throw error
    const { attempts, policy } = work
    const end = endOfFailure(kind.name, error, { acted: acting.acted, attempts, policy })
    if (end.reason && reasonRule(end.reason).owner === 'network') await saveUnreached(deps, work, end.reason)
    return end
  }
}

/** The last reading stays, with its age; beside it stands why nobody answered since. */
const saveUnreached = (deps: WorkerDeps, work: UpdateWork, reason: ReasonCode): Promise<void> =>
  saveStatus(deps.db, work.device.id, { source: 'step', reason }).catch((error: unknown) =>
    deps.log.warn({ err: error }, 'saving a status'),
  )

/** What the job's own result says, for the queue board: only what needs a person fails. */
const needsPerson = new Set(['fail', 'reverted', 'beyondRepair', 'seenBroken'])

export function deviceJob(deps: WorkerDeps, kind: JobKind, rules: DeviceStepRules): ClaimProcessor {
  return claimJob(deps, kind, async (held) => {
    const work = await readUpdateWork(deps.db, held.id)
    if (work === undefined) return 'stale: the row is gone'
    const end = await attempt(deps, kind, rules, work, held)
    deps.crash(`${kind.name}.beforeWrite`)
    const written = await write(deps, work, held, end)
    deps.crash(`${kind.name}.afterWrite`)
    const { cashId } = work.device
    const facts = { store: work.store.code, cashId, step: kind.name, generation: held.generation }
    deps.log.info({ ...facts, event: end.event, reason: end.reason ?? undefined, written }, 'attempt ended')
    return written ? report(work, end) : 'superseded: the row had moved on'
  })
}

function report(work: UpdateWork, end: UpdateEnd): string {
  const why = end.reason ?? work.reason
  if (needsPerson.has(end.event)) throw new UnrecoverableError(`${work.device.cashId}: ${why ?? end.event}`)
  if (end.retryInSeconds === undefined) return end.reason ? `${end.event}: ${end.reason}` : end.event
  const at = new Date(Date.now() + end.retryInSeconds * 1000).toISOString().slice(11, 19)
  return `deferred: ${end.params?.reason ?? end.reason}, again at ${at} UTC`
}
