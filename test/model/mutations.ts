/** The core, broken on purpose in one place each: the model must see every one of them. */
import {
  type Circumstances,
  type Ending,
  judgeRows,
  judgeWaves,
  type RestingRow,
  type RolloutView,
} from '../../src/rollout/decide.ts'
import { type DueStep, type Room, release, type StoreLoad } from '../../src/rollout/release.ts'
import type { Machine, RolloutState } from '../../src/rollout/states.ts'
import { type Core, coreOfToday } from './core.ts'
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

/** Of the rows that are meant, what is said; of the others, what is right. */
const judgeBut =
  (
    isMeant: (row: RestingRow, rollout: RolloutState | undefined) => boolean,
    says: Omit<Ending, 'id' | 'generation'> | 'wait',
  ) =>
  (rows: readonly RestingRow[], world: Circumstances): ReturnType<typeof judgeRows> => {
    const meant = rows.filter((row) => isMeant(row, world.terms(row.rolloutId)?.state))
    const { endings, wanted } = judgeRows(
      rows.filter((row) => !meant.includes(row)),
      world,
    )
    const own: Ending[] =
      says === 'wait' ? [] : meant.map(({ id, generation }) => ({ id, generation, ...says }))
    return { endings: [...endings, ...own], wanted }
  }
const judgeAs =
  (change: Partial<RestingRow>) =>
  (rows: readonly RestingRow[], world: Circumstances): ReturnType<typeof judgeRows> =>
    judgeRows(
      rows.map((row) => ({ ...row, ...change })),
      world,
    )

/** A wave without a size has no sample. */
function judgeWithoutSample(rollout: RolloutView, now: number): ReturnType<typeof judgeWaves> {
  const waves = rollout.waves.map((wave) => ({ ...wave, facts: { ...wave.facts, size: 0 } }))
  return judgeWaves({ ...rollout, waves }, now)
}

function releaseWithoutLanes<T extends DueStep>(
  wanted: readonly T[],
  loads: ReadonlyMap<string, StoreLoad>,
  room: Room,
): T[] {
  const blind = [...loads].map(([store, load]) => [store, { ...load, lanes: null }] as const)
  return release(wanted, new Map(blind), room)
}

/** The issue's own. */
export const named: readonly Mutation[] = [
  mutation('good', 'no generation check at the device', /older claim/, {
    device: { ...coreOfToday.device, refusesOlder: false },
  }),
  mutation(
    'broken',
    'a retry to the wrong rest state',
    /(skipped|cancelled), and the device is new, bad/,
    cell('broken', 'retryLook', 'ready'),
  ),
  mutation('lanes', 'a claim that does not lock the store', /2 of 2 lanes of a shop that trades are closed/, {
    claimLocksStore: false,
  }),
  mutation('window', 'an arming that never expires', /armed after its latest start/, {
    device: { ...coreOfToday.device, enforcesExpiry: false },
  }),
  mutation('waves', 'a gate that ignores its sample', /opens on 0 judged; its sample is 1/, {
    judgeWaves: judgeWithoutSample,
  }),
]

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
  mutation('leaders', 'a former leader carries out what it decided before', /./, {
    decisionsNameGeneration: false,
  }),
  mutation(
    'gateKeepers',
    'a gate is passed for a sample that is over',
    /opens on 0 judged; its sample is 1/,
    {
      gateNamesSample: false,
    },
  ),
  mutation(
    'wayBack',
    'a way back that nobody began counts as one of a device in danger',
    /is begun, and the rollout/,
    {
      unbegunReturns: false,
    },
  ),
  mutation(
    'wayBack',
    'a way back does not look at the time in the moment of sending',
    /begins to go back after its latest start/,
    steps({ wayBackChecksTime: false }),
  ),
]

const others: readonly Mutation[] = [
  mutation('good', 'a claim can be taken twice', /two workers hold one claim/, { takesOnce: false }),
  mutation('good', 'a row moves under an older generation', /./, { comparesGeneration: false }),
  mutation('good', 'a claim does not see that the rollout was stopped', /is begun, and the rollout is/, {
    claimSeesRollout: false,
  }),
  mutation('places', 'a claim does not count again', /2 devices of a store install at once/, {
    claimCountsAgain: false,
  }),
  mutation(
    'places',
    'a claim that does not lock the store, by places',
    /2 devices of a store install at once/,
    {
      claimLocksStore: false,
    },
  ),
  mutation('calm', 'places are not counted', /2 devices of a store install at once/, {
    release: (wanted) => [...wanted],
  }),
  mutation('lanes', 'lanes are not counted', /2 of 2 lanes/, { release: releaseWithoutLanes }),
  mutation(
    'window',
    'an arming beyond the latest start',
    /armed after its latest start/,
    steps({ armsWithinTime: false }),
  ),
  mutation('waves', 'waves are not waited for', /before its wave is released/, {
    readsReleasedOnly: false,
    judgeRows: judgeAs({ waveReleased: true }),
  }),
  mutation('breach', 'to go on after a breach keeps the sample', /a loop without an end/, {
    resumeBeginsSample: false,
  }),
  mutation(
    'good',
    'a lost activation is taken for nothing done',
    /ready, a lane that is open/,
    cell('activating', 'leaseLost', 'ready'),
  ),
  mutation('twice', 'a lost look is taken for ready', /ready, a lane/, cell('inDoubt', 'leaseLost', 'ready')),
  mutation(
    'calm',
    'an unhealthy device is called rolled back',
    /rolledBack, and the device is/,
    cell('restarting', 'unhealthy', 'rolledBack'),
  ),
  mutation('calm', 'armed is cancelled by a stop', /cancelled, a lane that is open/, {
    ...cell('armed', 'cancel', 'cancelled'),
    judgeRows: judgeBut((row, rollout) => row.state === 'armed' && rollout === 'stopping', {
      event: 'cancel',
      reason: null,
    }),
  }),
  mutation('calm', 'armed waits when the rollout stops', /stuck/, {
    judgeRows: judgeBut((row, rollout) => row.state === 'armed' && rollout === 'stopping', 'wait'),
  }),
  mutation('fetching', 'a store that cannot be reached is waited for for ever', /stuck/, {
    judgeRows: judgeBut(
      (row, rollout) =>
        row.state === 'waiting' && row.storePackageState === 'absent' && rollout === 'running',
      'wait',
    ),
  }),
  mutation('calm', 'an unhealthy device goes nowhere', /stuck/, {
    judgeRows: judgeBut((row) => row.state === 'unhealthy', 'wait'),
  }),
  mutation('calm', 'a verified package is fetched again', /a loop without an end/, {
    ...cell('verifying', 'verified', 'waiting'),
  }),
]

export const mutations: readonly Mutation[] = [...found, ...others]
