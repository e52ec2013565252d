/** What a control will do, told before it is done: every device of the rollout in exactly one of the numbers. Pure. */
import type { RolloutKind } from './due.ts'
import { type ReasonCode, retryOf } from './reasons.ts'
import {
  type DeviceUpdateState,
  deviceUpdateStates,
  isActiveUpdate,
  isTerminalUpdate,
  nextState,
} from './states.ts'

export const controls = ['pause', 'resume', 'stop', 'releaseWave', 'rollback', 'skip', 'retry'] as const
export type Control = (typeof controls)[number]

/** Devices of one state, reason and wave; as SQL groups them. */
export interface UpdateCount {
  readonly state: DeviceUpdateState
  readonly reason: ReasonCode | null
  readonly wave: number
  readonly isReleased: boolean
  readonly count: number
}

export const effects = [
  /** Past arming: they finish, or go back by themselves. */
  'inTheMiddle',
  /** Contact was lost: they are looked at until it is known how they are. */
  'inDoubt',
  /** They are disarmed; the old version stays. */
  'armed',
  /** Their download or check ends, and nothing comes after it. */
  'transferring',
  /** They do not begin; after a stop never, after a pause not until it goes on. */
  'notStarted',
  /** Their installation may begin, or go on, as windows and lanes allow. */
  'starts',
  'goesBack',
  /** The package does not say whether it can: only the device knows. */
  'perhapsGoesBack',
  /** The package says so. */
  'cannotGoBack',
  'skipped',
  'retried',
  /** The control does nothing to them now: they are under way. */
  'refused',
  /** At their end, or of another wave: they stay as they are. */
  'unchanged',
] as const
export type Effect = (typeof effects)[number]
export type Consequence = Readonly<Record<Effect, number>>

export interface ControlOptions {
  /** Of the rollout: on the way back, whoever is back is done. */
  readonly kind: RolloutKind
  /** Of releaseWave, rollback, skip and retry: only this wave; left out = all. */
  readonly wave?: number
  /** Of the package; null: as the device says. */
  readonly canGoBack: boolean | null
}

type Judge = (update: UpdateCount, options: ControlOptions) => Effect

/** Nothing has been done to the device yet that could not be left as it is. */
const isBeforeInstalling = (state: DeviceUpdateState): boolean =>
  ['waiting', 'downloading', 'downloaded', 'verifying', 'ready'].includes(state)

/** Pause and stop, which are the same but for what becomes of those that have not begun. */
const halt: Judge = ({ state }) => {
  switch (state) {
    case 'waiting':
    case 'downloaded':
    case 'ready':
      return 'notStarted'
    case 'downloading':
    case 'verifying':
      return 'transferring'
    case 'activating':
    case 'armed':
    case 'disarming':
      return 'armed'
    case 'restarting':
    case 'unhealthy':
    case 'rollingBack':
      return 'inTheMiddle'
    case 'inDoubt':
      return 'inDoubt'
    default:
      return 'unchanged'
  }
}

const resume: Judge = (update, options) => {
  const halted = halt(update, options)
  if (halted === 'armed') return 'starts'
  if (!isBeforeInstalling(update.state)) return halted
  return update.isReleased ? 'starts' : 'notStarted'
}

const releaseWave: Judge = ({ state, isReleased }) =>
  isBeforeInstalling(state) && !isReleased ? 'starts' : 'unchanged'

const rollback: Judge = ({ state }, { canGoBack }) => {
  if (!isTerminalUpdate(state)) return 'refused'
  if (state !== 'succeeded') return 'unchanged'
  if (canGoBack === null) return 'perhapsGoesBack'
  return canGoBack ? 'goesBack' : 'cannotGoBack'
}

const skip: Judge = ({ state }) => {
  if (isTerminalUpdate(state)) return 'unchanged'
  const isPossible = !isActiveUpdate(state) && nextState(deviceUpdateStates, state, 'skip') !== undefined
  return isPossible ? 'skipped' : 'refused'
}

const retry: Judge = ({ state, reason }, { kind }) => {
  if (!isTerminalUpdate(state)) return 'refused'
  return retryOf(kind, state, reason) === undefined ? 'unchanged' : 'retried'
}

const judges: Readonly<Record<Control, Judge>> = {
  pause: halt,
  stop: halt,
  resume,
  releaseWave,
  rollback,
  skip,
  retry,
}
/** These reach the whole rollout, whatever wave is named. */
const wholeRollout: ReadonlySet<Control> = new Set<Control>(['pause', 'resume', 'stop'])

/** @param updates all device updates of the rollout */
export function consequence(
  control: Control,
  updates: readonly UpdateCount[],
  options: ControlOptions,
): Consequence {
  const sums = Object.fromEntries(effects.map((effect) => [effect, 0])) as Record<Effect, number>
  for (const update of updates) {
    const isOther = !wholeRollout.has(control) && options.wave !== undefined && update.wave !== options.wave
    sums[isOther ? 'unchanged' : judges[control](update, options)] += update.count
  }
  return sums
}
