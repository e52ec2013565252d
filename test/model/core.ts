/** The core as it is, for the model: everything that is checked. A mutation breaks one part of it. */
import { judgeRows, judgeWaves } from '../../src/rollout/decide.ts'
import { release } from '../../src/rollout/release.ts'
import { type Machine, machines } from '../../src/rollout/states.ts'
import type { DeviceRules } from './device.ts'
import { type StepRules, stepsOfToday } from './steps.ts'

export interface Core {
  readonly updates: Machine
  readonly rollouts: Machine
  readonly storePackages: Machine
  readonly judgeRows: typeof judgeRows
  readonly judgeWaves: typeof judgeWaves
  readonly release: typeof release
  readonly steps: StepRules
  readonly device: DeviceRules
  /** begin takes a job that was delivered again for a person's retry. */
  readonly redeliveryRetries: boolean
  /** begin lets only the first taker of a generation have it. */
  readonly takesOnce: boolean
  /** A move needs the row's generation. */
  readonly comparesGeneration: boolean
  /** A claim is refused when the rollout was paused or stopped since it was decided. */
  readonly claimSeesRollout: boolean
  /** A claim locks its store until it is written. */
  readonly claimLocksStore: boolean
  /** What waits for its wave is not even read. */
  readonly readsReleasedOnly: boolean
  /** A row that was claimed since it was judged is left alone. */
  readonly decisionsNameGeneration: boolean
  /** A gate is written down only for the sample that it was judged by, and releases only behind gates that passed. */
  readonly gateNamesSample: boolean
  /** Going on after a breach begins a new sample. */
  readonly resumeBeginsSample: boolean
  /** A claim that nobody began goes back where it came from. */
  readonly unbegunReturns: boolean
  /** Places and lanes are counted once more under that lock. */
  readonly claimCountsAgain: boolean
}

export const coreOfToday: Core = {
  updates: machines.deviceUpdate,
  rollouts: machines.rollout,
  storePackages: machines.storePackage,
  judgeRows,
  judgeWaves,
  release,
  steps: stepsOfToday,
  device: { refusesOlder: true, remembersOperations: true, enforcesExpiry: true },
  redeliveryRetries: false,
  takesOnce: true,
  comparesGeneration: true,
  claimSeesRollout: true,
  claimLocksStore: true,
  claimCountsAgain: true,
  readsReleasedOnly: true,
  decisionsNameGeneration: true,
  gateNamesSample: true,
  resumeBeginsSample: true,
  unbegunReturns: true,
}
