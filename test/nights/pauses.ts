/** The pauses of a step: waiting for an answer or between two looks, while its worker may be stopped or killed. */
import type { DeviceStep } from '../../src/rollout/due.ts'
import type { Row, Worker, World } from './shapes.ts'

export interface Attempt {
  readonly world: World
  readonly worker: Worker
  readonly row: Row
  readonly step: DeviceStep
  readonly generation: number
  readonly deadline: number
  acted: boolean
  isReached: boolean
  isAbandoned: boolean
  interruption: Error | undefined
}

interface Pause {
  readonly attempt: Attempt
  readonly produce: (() => unknown) | undefined
  readonly onDeath: (() => void) | undefined
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  /** What came of it while the worker stood still. */
  early: { readonly value: unknown } | { readonly error: unknown } | undefined
}

function outcome({ produce }: Pause): NonNullable<Pause['early']> {
  try {
    return { value: produce?.() }
  } catch (error) {
    return { error }
  }
}

function goesOn(pause: Pause): void {
  const { attempt, early, resolve, reject } = pause
  const { deadline, interruption, world } = attempt
  const isLate = world.agenda.now() > deadline
  const came = interruption === undefined && !isLate ? (early ?? outcome(pause)) : undefined
  if (came === undefined)
    reject(interruption ?? new DOMException('the attempt took too long', 'TimeoutError'))
  else if ('error' in came) reject(came.error)
  else resolve(came.value)
}

function wake(pause: Pause): void {
  const { attempt, early, onDeath } = pause
  const { worker, world } = attempt
  const { agenda, random } = world
  if (attempt.isAbandoned) {
    if (early === undefined) onDeath?.()
  } else if (agenda.now() < worker.frozenUntil) {
    if (early === undefined && random.chance(0.5)) pause.early = outcome(pause)
    agenda.at(worker.frozenUntil + random.between(0, 2000), () => wake(pause))
  } else {
    agenda.awake(1)
    goesOn(pause)
  }
}

/**
 * Waits in virtual time. A killed worker never goes on; a stopped one when it goes on, and what it had sent by then may
 * have arrived while it stood.
 */
export function after(
  attempt: Attempt,
  ms: number,
  produce?: () => unknown,
  onDeath?: () => void,
): Promise<unknown> {
  const { agenda } = attempt.world
  agenda.awake(-1)
  return new Promise((resolve, reject) => {
    const pause: Pause = { attempt, produce, onDeath, resolve, reject, early: undefined }
    agenda.at(agenda.now() + ms, () => wake(pause))
  })
}
