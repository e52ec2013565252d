/** What every file of moves makes. */
import type { Job, World } from './world.ts'

/**
 * recovery: a fault ends. device: it goes on by itself. progress: the head office works. time: a back-off or a lease is
 * over, the night goes on. lastResort: a person does what nothing else does. fault: spends the budget. person: somebody
 * asks for it.
 */
export type MoveKind = 'recovery' | 'device' | 'progress' | 'time' | 'lastResort' | 'fault' | 'person'
export interface Move {
  readonly label: string
  readonly kind: MoveKind
  readonly world: World
  /** What must never happen, and did in this very move. */
  readonly wrong?: string
  /** A person asked for the retry that this move carries out. */
  readonly isAsked?: true
}

export const nameOf = (target: number): string => (target === -1 ? 'the store package' : `till ${target + 1}`)

type Named = Pick<Job, 'target' | 'generation'>
export const sameJob = (a: Named, b: Named): boolean => a.target === b.target && a.generation === b.generation

/** src/jobs/enqueue.ts: an id that is there is ignored. */
export const enqueued = (world: World, job: Job): World =>
  world.jobs.some((one) => sameJob(one, job)) ? world : { ...world, jobs: [...world.jobs, job] }

export const isQueued = (world: World, target: number, generation: number): boolean =>
  world.jobs.some((job) => sameJob(job, { target, generation })) ||
  world.held.some((held) => held?.is === 'claimed' && held.job.target === target)
