/** One look at the rows: what ran out, what opens, what is due, what may begin. Everything on the leader's own connection. */
import type pg from 'pg'
import { beginScheduled } from '../db/approval.ts'
import { type AtRisk, tellAtRisk } from '../db/at-risk.ts'
import {
  type Claimed,
  claimStorePackages,
  claimUpdates,
  readCandidates,
  readUnbegun,
  readWantedStorePackages,
} from '../db/claims.ts'
import { claimCommands, expireCommands } from '../db/command-claims.ts'
import { claimEnrolments, expireEnrolments, revokeRemoved } from '../db/enrolment-claims.ts'
import { expireLeases } from '../db/leases.ts'
import { readLoads, readRoom } from '../db/loads.ts'
import { claimRemovals } from '../db/removals.ts'
import { endRollouts } from '../db/rollouts.ts'
import { moveUpdate } from '../db/transition.ts'
import { type RolloutHead, readHeads, readNow, readRampCounts } from '../db/waves.ts'
import { type Circumstances, judgeRows, type Wanted, type WaveDecision } from '../rollout/decide.ts'
import { rampRoom } from '../rollout/ramp.ts'
import { release } from '../rollout/release.ts'
import { createGateKeeper } from './judge-waves.ts'
import { createTimes, type Times } from './times.ts'

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
/** Errands take at most this part of the room: a night goes before looks at it. */
const COMMANDS_SHARE = 0.25

export interface TickResult {
  /** To be put into their queues; those of earlier ticks that nobody began are among them again. */
  readonly enqueue: readonly Claimed[]
  readonly expired: number
  readonly ended: number
  readonly waves: readonly WaveDecision[]
  /** In the middle of an installation, with little time left. */
  readonly atRisk: readonly AtRisk[]
}

/** A rollout in the words of the core. */
function circumstances(heads: readonly RolloutHead[], times: Times, now: number): Circumstances {
  const byId = new Map(heads.map((head) => [head.id, head]))
  return {
    now,
    terms: (id) => {
      const [head, terms] = [byId.get(id), times.terms(id)]
      return head === undefined || terms === undefined ? undefined : { ...head, policy: terms.policy }
    },
    installTime: times.installTime,
    trading: times.trading,
  }
}

/** How many installations each ramped rollout may begin now. */
async function readRamps(
  on: pg.ClientBase,
  heads: readonly RolloutHead[],
  times: Times,
): Promise<Map<string, number>> {
  const ramped = heads.flatMap(({ id }) => {
    const ramp = times.terms(id)?.policy.ramp
    return ramp === undefined || ramp === null ? [] : [[id, ramp] as const]
  })
  const policies = new Map(ramped)
  const counts = await readRampCounts(on, [...policies.keys()])
  return new Map(
    counts.map(({ rolloutId, successes, startedInLastMinute }) => [
      rolloutId,
      rampRoom(policies.get(rolloutId) ?? null, successes, startedInLastMinute),
    ]),
  )
}

async function claimDue(
  on: pg.ClientBase,
  wanted: readonly Wanted[],
  room: number,
  ramp: ReadonlyMap<string, number>,
  limits: TickLimits,
): Promise<Claimed[]> {
  if (wanted.length === 0 || room <= 0) return []
  const stores = [...new Set(wanted.map((one) => one.storeId))]
  const trading = wanted.flatMap(({ storeId, closesLane, trading }) =>
    closesLane && trading !== null ? [[storeId, trading] as const] : [],
  )
  const loads = await readLoads(on, stores, new Map(trading))
  return claimUpdates(on, release(wanted, loads, { total: room, ramp }), limits.leaseSeconds)
}

/** Keeps between ticks what seldom changes. One per leadership: a new leader begins with what the database says. */
export function createTick(
  limits: TickLimits,
  tell: (storeId: string, error: unknown) => void = () => {},
): (on: pg.ClientBase) => Promise<TickResult> {
  const times = createTimes(tell)
  const gates = createGateKeeper()

  return async (on) => {
    const expired = (await expireLeases(on)) + (await expireCommands(on)) + (await expireEnrolments(on))
    await revokeRemoved(on)
    await beginScheduled(on)
    const now = await readNow(on)
    const heads = await readHeads(on)
    await times.refresh(
      on,
      heads.map((head) => head.id),
      now,
    )
    const waves = await gates.judge(on, heads, times, now)
    const paused = new Set(waves.flatMap((one) => (one.do === 'pause' ? [one.rolloutId] : [])))
    const going = heads.filter((head) => !paused.has(head.id))
    const room = await readRoom(on, limits.total, SILENT_SECONDS)
    const candidates = heads.length === 0 ? [] : await readCandidates(on, times.open(), room > 0)
    const { endings, wanted } = judgeRows(candidates, circumstances(going, times, now))
    for (const { id, event, reason, generation } of endings)
      await moveUpdate(on, id, event, { actor: 'conductor', reason, generation })

    const packages = room <= 0 ? [] : await readWantedStorePackages(on, room)
    const distributions = await claimStorePackages(on, packages, limits.leaseSeconds)
    const ramps = await readRamps(on, heads, times)
    const claimed = await claimDue(on, wanted, room - distributions.length, ramps, limits)
    const left = room - distributions.length - claimed.length
    const errands = Math.ceil(Math.max(0, left) * COMMANDS_SHARE)
    const commands = await claimCommands(on, errands, limits.leaseSeconds)
    const removals = await claimRemovals(on, errands, limits.leaseSeconds)
    const enrolments = await claimEnrolments(on, errands, limits.leaseSeconds)
    const atRisk = heads.length > 0 ? await tellAtRisk(on) : []
    if (heads.length > 0) await endRollouts(on)
    const unbegun = await readUnbegun(on, UNBEGUN_SECONDS, UNBEGUN_AT_ONCE)
    return {
      enqueue: [...distributions, ...claimed, ...commands, ...removals, ...enrolments, ...unbegun],
      expired,
      ended: endings.length,
      waves,
      atRisk,
    }
  }
}
