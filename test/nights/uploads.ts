/** Packages to stores: once per store. Stands for src/workers/distribute.ts, store-packages.ts and readWantedStorePackages. */
import { isPatient, retryLaterSeconds } from '../../src/rollout/attempt.ts'
import { defaultPolicy } from '../../src/rollout/policy.ts'
import { isReason, neverAgain } from '../../src/rollout/reasons.ts'
import {
  machines,
  nextState,
  type StorePackageEvent,
  type StorePackageState,
} from '../../src/rollout/states.ts'
import { touch } from './rows.ts'
import type { Row, Store, StorePackage, World } from './shapes.ts'
import { SECOND } from './wall.ts'
import { type Held, idleWorker, LEASE_MS } from './workers.ts'

interface PackageMove {
  readonly generation?: number
  readonly reason?: string | null
  readonly attempts: 'keep' | 'spend' | 'reset'
  readonly retryInSeconds?: number
  readonly claims?: true
}

/** moveStorePackage */
function move(world: World, kept: StorePackage, event: StorePackageEvent, to: PackageMove): boolean {
  if (to.generation !== undefined && to.generation !== kept.generation) return false
  const state = nextState(machines.storePackage, kept.state, event) as StorePackageState | undefined
  if (state === undefined) return false
  kept.state = state
  kept.isLeased = to.claims === true
  if (to.claims === true) kept.generation += 1
  if (to.reason !== undefined) kept.reason = to.reason
  kept.attempts = to.attempts === 'reset' ? 0 : kept.attempts + (to.attempts === 'spend' ? 1 : 0)
  kept.notBefore = to.retryInSeconds === undefined ? null : world.agenda.now() + to.retryInSeconds * SECOND
  world.tell(kept.store, null, `package: ${event} -> ${state}`, kept.reason ?? '')
  for (const row of kept.store.live) if (row.package === kept.package) touch(world, row)
  return true
}

function wants(row: Row, kept: StorePackage, now: number): boolean {
  const { policy, state, preloadFrom } = row.rollout
  if (row.state !== 'waiting' || state !== 'running' || row.package !== kept.package) return false
  if (preloadFrom > now) return false
  const isPatiently = kept.reason !== null && isReason(kept.reason) && isPatient(kept.reason, policy)
  return kept.attempts < policy.maxAttempts || isPatiently
}

/** What live rows of this store need and is not there; and when a back-off is over. */
export function wantedPackages(store: Store, now: number): { wanted: StorePackage[]; at: number } {
  let at = Number.POSITIVE_INFINITY
  const wanted = [...store.packages.values()].filter((kept) => {
    if (kept.state !== 'absent' || (neverAgain as readonly (string | null)[]).includes(kept.reason))
      return false
    if (!store.live.some((row) => wants(row, kept, now))) return false
    if (kept.notBefore === null || kept.notBefore <= now) return true
    at = Math.min(at, kept.notBefore)
    return false
  })
  return { wanted, at }
}

function fails(
  world: World,
  kept: StorePackage,
  generation: number,
  reason: 'storeOffline' | 'connectionLost' | 'diskFull',
): void {
  const retryInSeconds = retryLaterSeconds(reason, kept.attempts, defaultPolicy, world.random.next())
  move(world, kept, 'deferred', { generation, reason, attempts: 'spend', retryInSeconds })
}

/** Looked at every minute: a line that is cut breaks it off, and what crossed it is not sent again. */
function upload(world: World, kept: StorePackage, held: Held & { isAbandoned: boolean }, sent: number): void {
  const { agenda, random } = world
  const { store, package: file } = kept
  const end = (then: () => void) => {
    for (const worker of world.workers) worker.running.delete(held)
    then()
  }
  const bytes = Math.min(file.size - sent, store.bytesPerSecond * random.between(200, 300))
  const seconds = Math.max(1, bytes / store.bytesPerSecond)
  agenda.at(agenda.now() + seconds * SECOND, () => {
    if (held.isAbandoned) return
    if (agenda.now() < store.offlineUntil)
      return end(() => fails(world, kept, held.generation, 'connectionLost'))
    if (random.chance(0.0005)) return end(() => fails(world, kept, held.generation, 'diskFull'))
    if (sent + bytes < file.size) return upload(world, kept, held, sent + bytes)
    end(() => move(world, kept, 'uploaded', { generation: held.generation, reason: null, attempts: 'reset' }))
  })
}

function begin(world: World, kept: StorePackage): void {
  const { agenda, random } = world
  const { generation, store } = kept
  const worker = idleWorker(world)
  if (worker === undefined) {
    agenda.at(agenda.now() + LEASE_MS, () => move(world, kept, 'deferred', { generation, attempts: 'keep' }))
    return
  }
  const held = {
    row: kept,
    generation,
    isAbandoned: false,
    abandon: () => {
      held.isAbandoned = true
      const left = random.between(20, 60) * SECOND
      const lost = { generation, reason: 'leaseExpired', attempts: 'spend', retryInSeconds: 1 } as const
      agenda.at(agenda.now() + left, () => move(world, kept, 'leaseLost', lost))
    },
    interrupt: () => {
      held.isAbandoned = true
      worker.running.delete(held)
      move(world, kept, 'deferred', { generation, attempts: 'keep' })
    },
  }
  worker.running.add(held)
  if (agenda.now() < store.offlineUntil) {
    agenda.at(agenda.now() + 10 * SECOND, () => {
      worker.running.delete(held)
      if (!held.isAbandoned) fails(world, kept, generation, 'storeOffline')
    })
    return
  }
  upload(world, kept, held, 0)
}

export function claimPackage(world: World, kept: StorePackage): boolean {
  if (!move(world, kept, 'claim', { attempts: 'keep', claims: true })) return false
  const { generation } = kept
  world.agenda.at(world.agenda.now() + world.random.between(50, 700), () => {
    if (kept.generation === generation && kept.isLeased) begin(world, kept)
  })
  return true
}
