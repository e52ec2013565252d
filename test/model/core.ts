/** The core as it is, for the model. */
import { due } from '../../src/rollout/due.ts'
import { defaultPolicy } from '../../src/rollout/policy.ts'
import { release } from '../../src/rollout/release.ts'
import { machines } from '../../src/rollout/states.ts'
import type { Core } from './office.ts'
import { stepsOfToday } from './steps.ts'

export const coreOfToday: Core = {
  updates: machines.deviceUpdate,
  rollouts: machines.rollout,
  storePackages: machines.storePackage,
  due,
  release,
  steps: stepsOfToday,
  device: { refusesOlder: true, remembersOperations: true },
  redeliveryRetries: false,
  takesOnce: true,
  comparesGeneration: true,
  claimSeesRollout: true,
  lockIsConnection: true,
  policy: { ...defaultPolicy, maxAttempts: 2 },
  maxInstalls: 1,
}
