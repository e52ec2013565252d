/** A retry from the board: the job names a row and a generation, and the row says whether there is anything to retry. */
import {
  type Judged,
  judgeStorePackageRetry,
  judgeUpdateRetry,
  type RetryRefusal,
  reviveLeftWithout,
} from '../db/board.ts'
import { addEvent } from '../db/events.ts'
import { jobKinds } from '../jobs/all.ts'
import { claimPayload, type JobKind } from '../jobs/job.ts'
import type { ApiDeps } from './call.ts'

export type BoardRetry =
  | { readonly ok: true }
  | { readonly ok: false; readonly status: 404 | 409; readonly why: RetryRefusal | 'jobUnknown' }

const PAGE = 100

const kindOf = (queue: string): JobKind | undefined =>
  Object.values(jobKinds).find((kind) => kind.name === queue)

interface Asked {
  readonly queue: string
  readonly job: string
  readonly actor: string
}

async function judge(deps: ApiDeps, kind: JobKind, data: unknown): Promise<Judged> {
  const claim = claimPayload.safeParse(data)
  if (!claim.success) return { why: 'notFound' }
  // An errand that ended is asked for anew: who asked for it has its outcome.
  if (kind.table === 'command' || kind.table === 'enrolment') return { why: 'notRetryable' }
  const on = deps.db.pool
  return kind.table === 'device_update'
    ? judgeUpdateRetry(on, claim.data)
    : judgeStorePackageRetry(on, claim.data)
}

async function record(deps: ApiDeps, { queue, job, actor }: Asked, judged: Judged): Promise<void> {
  const { why, state, ...ids } = judged
  const event =
    why === undefined
      ? { code: 'boardAction', params: { action: 'retry', queue, job } }
      : { code: 'retryRefused', params: { via: 'board', why, state, queue, job } }
  await addEvent(deps.db.pool, { ...event, actor, ...ids })
}

/** Judges one retry and writes who asked for what. On `ok` the caller puts the job back; its worker does the rest. */
async function request(deps: ApiDeps, kind: JobKind, data: unknown, asked: Asked): Promise<BoardRetry> {
  const judged = await judge(deps, kind, data)
  await record(deps, asked, judged)
  if (judged.why !== undefined) return { ok: false, status: 409, why: judged.why }
  if (judged.storePackageId !== undefined)
    await reviveLeftWithout(deps.db, judged.storePackageId, asked.actor)
  return { ok: true }
}

export async function requestBoardRetry(deps: ApiDeps, asked: Asked): Promise<BoardRetry> {
  const kind = kindOf(asked.queue)
  const job = kind && (await deps.queues.queue(kind.name).getJob(asked.job))
  if (kind === undefined || job === undefined) return { ok: false, status: 404, why: 'jobUnknown' }
  return request(deps, kind, job.data, asked)
}

/**
 * Retries every failed job of a queue that its row lets through; the others stay in the list, each with its refusal
 * in the journal. Undefined: there is no such queue.
 */
export async function retryAllFailed(
  deps: ApiDeps,
  name: string,
  actor: string,
): Promise<{ retried: number; skipped: number } | undefined> {
  const kind = kindOf(name)
  if (kind === undefined) return undefined
  const queue = deps.queues.queue(kind.name)
  const total = await queue.getJobCountByTypes('failed')
  const count = { retried: 0, skipped: 0 }
  while (count.retried + count.skipped < total) {
    // Oldest first: a refused one stays in front, one that fails again comes behind those of the beginning.
    const rest = Math.min(PAGE, total - count.retried - count.skipped)
    const jobs = await queue.getJobs(['failed'], count.skipped, count.skipped + rest - 1, true)
    if (jobs.length === 0) break
    for (const job of jobs) {
      const answer = await request(deps, kind, job.data, { queue: name, job: job.id ?? '', actor })
      if (answer.ok) await job.retry('failed')
      count[answer.ok ? 'retried' : 'skipped'] += 1
    }
  }
  return count
}
