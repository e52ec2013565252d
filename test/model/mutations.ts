/** The core, broken on purpose in one place each: the model must see every one of them. */
import type { DueSnapshot } from '../../src/rollout/due.ts'
import { due } from '../../src/rollout/due.ts'
import type { Machine } from '../../src/rollout/states.ts'
import { coreOfToday } from './core.ts'
import type { Core } from './office.ts'
import type { forMutations } from './scenarios.ts'
import type { StepRules } from './steps.ts'

export interface Mutation {
  readonly name: string
  readonly core: Core
  readonly where: keyof typeof forMutations
  /** What the model must say. */
  readonly seen: RegExp
}

const mutation = (where: Mutation['where'], name: string, seen: RegExp, change: Partial<Core>): Mutation => ({
  where,
  name,
  seen,
  core: { ...coreOfToday, ...change },
})
const steps = (change: Partial<StepRules>): Partial<Core> => ({ steps: { ...coreOfToday.steps, ...change } })
const cell = (state: string, event: string, to: string): Partial<Core> => {
  const table: Machine = coreOfToday.updates
  return { updates: { ...table, [state]: { ...table[state], [event]: to } } }
}
const dueBut =
  (isMeant: (s: DueSnapshot) => boolean, decision: ReturnType<typeof due>) =>
  (s: DueSnapshot): ReturnType<typeof due> =>
    isMeant(s) ? decision : due(s)

const isStopping = (s: DueSnapshot): boolean => s.rolloutState === 'stopping'

/** These stood in the code once, until the model found them. */
const found: readonly Mutation[] = [
  mutation('good', 'a look does not fence off late commands', /armed/, steps({ observeFences: false })),
  mutation(
    'good',
    'disarm does not see that the device has installed meanwhile',
    /cancelled, and the device is/,
    steps({ disarmDoubts: false }),
  ),
  mutation(
    'good',
    'restart takes a device that is not armed for ready, whatever its health',
    /ready, a lane that is open/,
    steps({ restartSeesHealth: false }),
  ),
  mutation(
    'reverts',
    'a lost rollback is forgotten',
    /installed again after its restart had failed/,
    steps({ observeKnowsRollback: false }),
  ),
  mutation('reverts', 'a job delivered again counts as a person’s retry', /nobody had asked/, {
    redeliveryRetries: true,
  }),
]

const others: readonly Mutation[] = [
  mutation('good', 'a claim can be taken twice', /two workers hold one claim/, { takesOnce: false }),
  mutation('good', 'a row moves under an older generation', /./, { comparesGeneration: false }),
  mutation('busy', 'a conductor without the lock writes', /2 devices of a store install at once/, {
    lockIsConnection: false,
  }),
  mutation('calm', 'lanes are not counted', /2 devices of a store install at once/, {
    release: (dueSteps) => [...dueSteps],
  }),
  mutation('good', 'the device obeys an older claim', /older claim/, {
    device: { refusesOlder: false, remembersOperations: true },
  }),
  mutation(
    'good',
    'a lost activation is taken for nothing done',
    /ready, a lane that is open/,
    cell('activating', 'leaseLost', 'ready'),
  ),
  mutation('twice', 'a lost look is taken for ready', /ready, a lane/, cell('inDoubt', 'leaseLost', 'ready')),
  mutation('calm', 'an unhealthy device is called rolled back', /rolledBack, and the device is/, {
    ...cell('restarting', 'unhealthy', 'rolledBack'),
  }),
  mutation('calm', 'armed is cancelled by a stop', /cancelled, a lane that is open/, {
    ...cell('armed', 'cancel', 'cancelled'),
    due: dueBut((s) => s.state === 'armed' && isStopping(s), { do: 'end', event: 'cancel', reason: null }),
  }),
  mutation('calm', 'armed waits when the rollout stops', /stuck/, {
    due: dueBut((s) => s.state === 'armed' && isStopping(s), { do: 'wait', for: 'paused' }),
  }),
  mutation('calm', 'the end of a row is no end', /nobody had asked/, {
    ...cell('rolledBack', 'claimRollback', 'rollingBack'),
    due: dueBut((s) => s.state === 'rolledBack', { do: 'claim', step: 'rollback' }),
  }),
  mutation('fetching', 'a store that cannot be reached is waited for for ever', /stuck/, {
    due: dueBut((s) => s.state === 'waiting' && due(s).do === 'end' && !isStopping(s), {
      do: 'wait',
      for: 'storePackage',
    }),
  }),
  mutation('calm', 'an unhealthy device goes nowhere', /stuck/, {
    due: dueBut((s) => s.state === 'unhealthy', { do: 'wait', for: 'backoff' }),
  }),
  mutation('calm', 'a verified package is fetched again', /a loop without an end/, {
    ...cell('verifying', 'verified', 'waiting'),
  }),
]

export const mutations: readonly Mutation[] = [...found, ...others]
