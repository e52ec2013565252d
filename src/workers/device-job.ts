/** Runs one claimed step of one device, from begin to the row's move. All device jobs are this with another step. */
import { UnrecoverableError } from 'bullmq'
import { saveStatus } from '../db/status.ts'
import { moveUpdate } from '../db/transition.ts'
import { readTries } from '../db/tries.ts'
import { readUpdateWork, type UpdateWork } from '../db/work.ts'
import type { Status } from '../device/contract.ts'
import { DeviceFailure } from '../device/failure.ts'
import { type DeviceStepRules, runStep, type StepEnd } from '../device/step.ts'
import type { ClaimProcessor } from '../jobs/backend.ts'
import type { JobKind } from '../jobs/job.ts'
import type { DeviceStep } from '../rollout/due.ts'
import { type ReasonCode, reasonRule } from '../rollout/reasons.ts'
import { formatVersion } from '../rollout/versions.ts'
import { endOfFailure, endOfSuccess, reasonOf, type UpdateEnd } from './attempt-end.ts'
import { claimJob } from './claim-job.ts'
import type { WorkerDeps } from './deps.ts'
import { type Held, LeaseTaken } from './held.ts'
import { readingOf } from './reading.ts'
import { makeContext, newTrace, type Trace } from './step-context.ts'
import { needsTrust, refuseDistrusted } from './trusted.ts'

/** The event beside the move: the end of a download has words of its own since the first head offices. */
const alsoSaid = (work: UpdateWork, end: StepEnd) =>
  end.event === 'downloaded'
    ? {
        code: 'downloadFinished',
        params: { version: formatVersion(work.package.version), cashId: work.device.cashId },
      }
    : undefined

interface Ended {
  readonly end: UpdateEnd
  /** What the device ran before its installation, by its own word. */
  readonly fromVersion: number | null
}

async function write(deps: WorkerDeps, work: UpdateWork, held: Held, ended: Ended): Promise<boolean> {
  const { end, fromVersion } = ended
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
      ...(fromVersion === null ? {} : { fromVersion }),
    },
  )
  return moved !== undefined
}

/** What came before matters to a till that is carried, and to the way back of one that sells. */
async function readBefore(deps: WorkerDeps, kind: JobKind, work: UpdateWork, held: Held) {
  const isAsked = work.carried || work.rollout.kind === 'rollback'
  const tries = isAsked ? await readTries(deps.db.pool, work.id, held.generation) : undefined
  const isPutOff = kind.name === 'rollback' && tries?.claimedFrom === 'ready'
  return { triedSince: tries?.since ?? new Date(), deferAs: isPutOff ? ('putOff' as const) : undefined }
}

/** Their first look is at what runs before the installation. A carried till may have been brought along by then. */
const beforeInstalling: ReadonlySet<DeviceStep> = new Set<DeviceStep>(['download', 'verify', 'activate'])

async function attempt(
  deps: WorkerDeps,
  kind: JobKind<DeviceStep>,
  rules: DeviceStepRules,
  work: UpdateWork,
  held: Held,
): Promise<Ended> {
  const trace = newTrace()
  const endedBy = (end: UpdateEnd): Ended => ({
    end: withNotes(end, trace),
    fromVersion: beforeInstalling.has(kind.name) && !work.carried ? trace.saidVersion : null,
  })
  const deadline = AbortSignal.timeout(rules.deadlineSeconds(work.policy) * 1000)
  const signal = AbortSignal.any([held.abort.signal, deadline])
  const { triedSince, deferAs } = await readBefore(deps, kind, work, held)
  const sawStatus = (status: Status) => saveSeen(deps, work, trace, status)
  const step = kind.name
  try {
    if (work.device.host === null) throw new DeviceFailure('noAddress', { mayHaveActed: false })
    if (needsTrust(step, work)) await refuseDistrusted(deps, work.package)
    const context = makeContext({ deps, work, held, signal, trace, triedSince, sawStatus, step })
    return endedBy(endOfSuccess(await runStep(rules, context), work))
  } catch (error) {
    if (error instanceof LeaseTaken) throw error
    const { attempts, policy } = work
    const failed = { acted: trace.acted, attempts, policy, ...(deferAs === undefined ? {} : { deferAs }) }
    const end = endOfFailure(step, error, failed)
    await saveUnreached(deps, work, trace, reasonOf(error))
    return endedBy(end)
  }
}

const withNotes = (end: UpdateEnd, { notes }: Trace): UpdateEnd =>
  Object.keys(notes).length === 0 ? end : { ...end, params: { ...notes, ...end.params } }

const saveFailed = (deps: WorkerDeps) => (error: unknown) => deps.log.warn({ err: error }, 'saving a status')

/** The first look of an attempt counts as an asking; those that follow it until something is done do not. */
function saveSeen(deps: WorkerDeps, work: UpdateWork, trace: Trace, status: Status): void {
  const isFirst = !trace.reached
  trace.reached = true
  const reading = readingOf('step', status)
  if (isFirst && 'version' in reading) trace.saidVersion = reading.version
  saveStatus(deps.db, work.device.id, reading, { isFirst }).catch(saveFailed(deps))
}

/** The last reading stays, with its age; beside it stands why nobody answered since. */
async function saveUnreached(
  deps: WorkerDeps,
  work: UpdateWork,
  trace: Trace,
  reason: ReasonCode,
): Promise<void> {
  if (reasonRule(reason).owner !== 'network') return
  const isFirst = !trace.reached
  await saveStatus(deps.db, work.device.id, { source: 'step', reason }, { isFirst }).catch(saveFailed(deps))
}

/** What the job's own result says, for the queue board: only what needs a person fails. */
const needsPerson: ReadonlySet<string> = new Set(['fail', 'reverted', 'beyondRepair', 'seenBroken'])
/** The way back that was asked for has arrived: nobody needs to do anything. */
const isWish = (work: UpdateWork, end: StepEnd): boolean =>
  work.rollout.kind === 'rollback' && end.event === 'reverted'

export function deviceJob(
  deps: WorkerDeps,
  kind: JobKind<DeviceStep>,
  rules: DeviceStepRules | ((work: UpdateWork) => DeviceStepRules),
): ClaimProcessor {
  return claimJob(deps, kind, async (held) => {
    const work = await readUpdateWork(deps.db, held.id)
    if (work === undefined) return 'stale: the row is gone'
    const own = typeof rules === 'function' ? rules(work) : rules
    const ended = await attempt(deps, kind, own, work, held)
    const { end } = ended
    deps.crash(`${kind.name}.beforeWrite`)
    const written = await write(deps, work, held, ended)
    deps.crash(`${kind.name}.afterWrite`)
    const { cashId } = work.device
    const facts = { store: work.store.code, cashId, step: kind.name, generation: held.generation }
    deps.log.info({ ...facts, event: end.event, reason: end.reason ?? undefined, written }, 'attempt ended')
    return written ? report(work, end) : 'superseded: the row had moved on'
  })
}

function report(work: UpdateWork, end: UpdateEnd): string {
  const why = end.reason ?? work.reason
  if (needsPerson.has(end.event) && !isWish(work, end))
    throw new UnrecoverableError(`${work.device.cashId}: ${why ?? end.event}`)
  if (end.retryInSeconds === undefined) return end.reason ? `${end.event}: ${end.reason}` : end.event
  const at = new Date(Date.now() + end.retryInSeconds * 1000).toISOString().slice(11, 19)
  return `deferred: ${end.params?.reason ?? end.reason}, again at ${at} UTC`
}
