/** The first thing every job does: take its claim, or say why there is nothing to do. */
import { takeErrand } from '../db/errands.ts'
import { takeClaim } from '../db/leases.ts'
import { retryStorePackage } from '../db/store-packages.ts'
import { requestRetry } from '../db/updates.ts'
import { readBoardActor, readPlace } from '../db/work.ts'
import type { ClaimPayload, JobKind } from '../jobs/job.ts'
import { isTerminalUpdate } from '../rollout/states.ts'
import type { WorkerDeps } from './deps.ts'
import type { Held } from './held.ts'

export type Begun = { readonly held: Held } | { readonly answer: string } | { readonly refused: string }

/**
 * A job whose claim cannot be taken is stale (delivered twice, or late), or it is a person's retry from the board:
 * then the row is at its end under this very generation, and the retry is a request to the conductor.
 * @param hasEnded the job ended before: only a person puts such a one back. One that is delivered again because its
 *   worker died between writing the row's end and ending the job asks for nothing.
 */
export async function begin(
  deps: WorkerDeps,
  kind: JobKind,
  claim: ClaimPayload,
  hasEnded: boolean,
): Promise<Begun> {
  const { db, worker, config } = deps
  if (kind.table === 'command' || kind.table === 'enrolment') {
    return (await takeErrand(db.pool, kind.table, claim, worker, config.leaseSeconds))
      ? { held: deps.held.add(kind.table, claim) }
      : { answer: 'stale: taken, ended or claimed again' }
  }
  if (await takeClaim(db.pool, kind.table, claim, worker, config.leaseSeconds)) {
    return { held: deps.held.add(kind.table, claim) }
  }
  const place = await readPlace(db, kind.table, claim.id)
  if (place === undefined) return { answer: 'stale: the row is gone' }
  if (place.generation !== claim.generation || place.leased)
    return { answer: `stale: generation ${place.generation}, ${place.state}` }
  if (!hasEnded) return { answer: `stale: ${place.state}` }
  const by = { actor: (await readBoardActor(db, kind.table, claim.id)) ?? 'board', via: 'board' }
  if (kind.table === 'store_package') {
    const retried = place.state === 'absent' && (await retryStorePackage(db, claim.id, by.actor))
    return {
      answer: retried ? 'retry requested: the conductor carries it on' : `nothing to do: ${place.state}`,
    }
  }
  if (!isTerminalUpdate(place.state)) return { answer: `stale: ${place.state}` }
  if (place.state === 'succeeded') return { answer: 'nothing to do: succeeded' }
  const retry = await requestRetry(db, claim.id, by)
  return retry.ok
    ? { answer: 'retry requested: the conductor carries it on' }
    : { refused: `retry refused: ${retry.why}` }
}
