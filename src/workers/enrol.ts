/** Learns a host's keys for a person to compare, or makes a device's own key and writes it down where it fetches. */
import { inTransaction } from '../db/database.ts'
import { keepDeviceKey } from '../db/enrolment-decisions.ts'
import { moveEnrolments } from '../db/enrolment-moves.ts'
import { type EnrolmentWork, readEnrolmentWork } from '../db/enrolments.ts'
import { DeviceFailure } from '../device/failure.ts'
import type { ClaimProcessor } from '../jobs/backend.ts'
import { enrol as kind } from '../jobs/enrol.ts'
import { backoffSeconds } from '../rollout/reasons.ts'
import { scanHostKeys } from '../ssh/scan.ts'
import { detailOf, reasonOf } from './attempt-end.ts'
import { claimJob } from './claim-job.ts'
import type { WorkerDeps } from './deps.ts'
import { type End, type EnrolErrand, makeKey, revokeKey } from './enrol-key.ts'
import { type Held, LeaseTaken, ShuttingDown } from './held.ts'

const SCAN_MS = 60_000

async function scan({ deps, work, signal }: EnrolErrand): Promise<End> {
  const { store, device } = work
  const options = { deadlineMs: SCAN_MS, signal }
  if (device === null) {
    const { host, port, legacyAlgorithms } = store
    const keys = await scanHostKeys(host, port, { ...options, legacyAlgorithms })
    return { event: 'shown', keys, place: { host, port } }
  }
  const { host, port, legacyAlgorithms } = device
  if (host === null) throw new DeviceFailure('noAddress', { mayHaveActed: false })
  const keys = await deps.ssh.scanDevice(store, { host, port, legacyAlgorithms }, options)
  return { event: 'shown', keys, place: { host, port } }
}

function run(errand: EnrolErrand): Promise<End> {
  if (errand.work.kind === 'deviceKey') return makeKey(errand)
  return errand.work.kind === 'revokeKey' ? revokeKey(errand) : scan(errand)
}

/** Tried until it expires where the network is to blame; what a person has to mend ends it. */
function endOfFailure(work: EnrolmentWork, error: unknown): End {
  if (error instanceof ShuttingDown) return { event: 'deferred' }
  const reason = reasonOf(error)
  const params = { detail: detailOf(error) }
  const retryInSeconds = backoffSeconds(reason, work.attempts + 1)
  if (retryInSeconds === undefined) return { event: 'fail', reason, params, spends: true }
  return { event: 'deferred', reason, params, retryInSeconds, spends: true }
}

async function attempt(errand: EnrolErrand): Promise<End> {
  try {
    return { reason: null, params: {}, spends: true, ...(await run(errand)) }
  } catch (error) {
    if (error instanceof LeaseTaken) throw error
    return endOfFailure(errand.work, error)
  }
}

/** The row's move, and with it what it says of the device's key. False: the row had moved on. */
function write(deps: WorkerDeps, work: EnrolmentWork, held: Held, end: End): Promise<boolean> {
  const { event, ...options } = end
  const move = { id: held.id, expected: held.generation }
  return inTransaction(deps.db, async (client) => {
    const moved = await moveEnrolments(client, [move], event, { actor: deps.worker, ...options })
    const { storeId, deviceId } = work
    const what = { kind: work.kind as 'deviceKey' | 'revokeKey', storeId, deviceId }
    if (moved.length > 0 && event === 'done')
      await keepDeviceKey(client, what, end.keys?.[0], work.requestedBy)
    return moved.length > 0
  })
}

export function enrolJob(deps: WorkerDeps): ClaimProcessor {
  return claimJob(deps, kind, async (held) => {
    const work = await readEnrolmentWork(deps.db, held.id)
    if (work === undefined) return 'stale: the row is gone'
    const signal = AbortSignal.any([held.abort.signal, AbortSignal.timeout(4 * SCAN_MS)])
    const end = await attempt({ deps, work, held, signal })
    deps.crash('enrol.beforeWrite')
    if (!(await write(deps, work, held, end))) return 'superseded: the row had moved on'
    return end.reason ? `${end.event}: ${end.reason}` : end.event
  })
}
