/** One look at the rows: what ran out, what is due, what may begin. Everything on the leader's own connection. */
import type pg from 'pg'
import {
  type Candidate,
  type Claimed,
  claimStorePackages,
  claimUpdates,
  readCandidates,
  readLoads,
  readRoom,
  readUnbegun,
  readWantedStorePackages,
} from '../db/claims.ts'
import { expireLeases } from '../db/leases.ts'
import { endRollouts } from '../db/rollouts.ts'
import { moveUpdate } from '../db/transition.ts'
import { due } from '../rollout/due.ts'
import { type DueStep, release } from '../rollout/release.ts'

export interface TickLimits {
  /** Steps under way in all, whatever the workers could carry. */
  readonly total: number
  /** Seconds until a claim that nobody took is given back. */
  readonly leaseSeconds: number
}

/** A worker that was not heard of for this long counts for nothing. */
const SILENT_SECONDS = 15
/** A claim not begun after this long may have lost its job. */
const UNBEGUN_SECONDS = 3
const UNBEGUN_AT_ONCE = 500

interface Judged {
  readonly dueSteps: readonly (DueStep & { readonly candidate: Candidate })[]
  readonly ended: number
}

/** Judges every candidate; those at their end are ended at once, the others are what is due. */
async function judge(on: pg.ClientBase, candidates: readonly Candidate[], now: number): Promise<Judged> {
  const dueSteps: (DueStep & { candidate: Candidate })[] = []
  let ended = 0
  for (const candidate of candidates) {
    const decision = due({ ...candidate, now })
    if (decision.do === 'claim') {
      dueSteps.push({ updateId: candidate.id, storeId: candidate.storeId, step: decision.step, candidate })
    } else if (decision.do === 'end') {
      await moveUpdate(on, candidate.id, decision.event, { actor: 'conductor', reason: decision.reason })
      ended += 1
    }
  }
  return { dueSteps, ended }
}

async function claimDue(
  on: pg.ClientBase,
  judged: Judged,
  room: number,
  limits: TickLimits,
): Promise<Claimed[]> {
  const stores = [...new Set(judged.dueSteps.map((one) => one.storeId))]
  if (stores.length === 0 || room <= 0) return []
  const released = release(judged.dueSteps, await readLoads(on, stores), room)
  return claimUpdates(on, released, limits.leaseSeconds)
}

export interface TickResult {
  /** To be put into their queues; those of earlier ticks that nobody began are among them again. */
  readonly enqueue: readonly Claimed[]
  readonly expired: number
  readonly ended: number
}

export async function tick(on: pg.ClientBase, limits: TickLimits): Promise<TickResult> {
  const expired = await expireLeases(on)
  const { now, candidates } = await readCandidates(on)
  const judged = await judge(on, candidates, now)
  const room = await readRoom(on, limits.total, SILENT_SECONDS)
  const wanted = room <= 0 ? [] : await readWantedStorePackages(on, room)
  const distributions = await claimStorePackages(on, wanted, limits.leaseSeconds)
  const claimed = await claimDue(on, judged, room - distributions.length, limits)
  await endRollouts(on)
  const unbegun = await readUnbegun(on, UNBEGUN_SECONDS, UNBEGUN_AT_ONCE)
  return { enqueue: [...distributions, ...claimed, ...unbegun], expired, ended: judged.ended }
}
