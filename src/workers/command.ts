/** Runs one errand to one device. None of them is an alarm: what becomes of it is told to who asked. */
import { moveCommands } from '../db/command-moves.ts'
import { type CommandWork, readCommandWork } from '../db/commands.ts'
import { saveStatus } from '../db/status.ts'
import { CALL_MS } from '../device/call.ts'
import type { ClaimProcessor } from '../jobs/backend.ts'
import { command as kind } from '../jobs/command.ts'
import { backoffSeconds, type ReasonCode, reasonRule } from '../rollout/reasons.ts'
import type { CommandEvent } from '../rollout/states.ts'
import { detailOf, reasonOf } from './attempt-end.ts'
import { claimJob } from './claim-job.ts'
import type { WorkerDeps } from './deps.ts'
import type { Errand, Outcome } from './errand.ts'
import { runErrand } from './errands.ts'
import { type Held, LeaseTaken, ShuttingDown } from './held.ts'

const LOOK_MS = CALL_MS
const CHANGE_MS = 4 * CALL_MS
/** As long as a rollout's download may take. */
const FETCH_MS = 6 * 3600_000

function deadlineMs({ kind }: CommandWork): number {
  if (kind === 'look') return LOOK_MS
  return kind === 'downloadStart' ? FETCH_MS : CHANGE_MS
}

interface End {
  readonly event: CommandEvent
  readonly reason?: ReasonCode | null
  readonly params?: Outcome
  readonly retryInSeconds?: number
  readonly spends?: boolean
}

/** A look is made once: who asked sees at once that nobody answered. The others are tried until they expire. */
function endOfFailure({ work, progress }: Errand, error: unknown): End {
  if (error instanceof ShuttingDown) return { event: 'deferred' }
  const reason = reasonOf(error)
  const params = { ...progress, detail: detailOf(error) }
  if (reason === 'stoppedByPerson') return { event: 'stopped', reason, params, spends: true }
  const retryInSeconds = work.kind === 'look' ? undefined : backoffSeconds(reason, work.attempts + 1)
  if (retryInSeconds === undefined) return { event: 'fail', reason, params, spends: true }
  return { event: 'deferred', reason, params, retryInSeconds, spends: true }
}

async function attempt(deps: WorkerDeps, work: CommandWork, held: Held): Promise<End> {
  const signal = AbortSignal.any([held.abort.signal, AbortSignal.timeout(deadlineMs(work))])
  const { cashId } = work.device
  const claim = { cashId, operation: `command.${work.id}`, generation: held.generation }
  const errand: Errand = { deps, work, claim, signal, progress: {} }
  try {
    return { event: 'done', reason: null, params: await runErrand(errand), spends: true }
  } catch (error) {
    if (error instanceof LeaseTaken) throw error
    const end = endOfFailure(errand, error)
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
