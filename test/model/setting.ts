/** What a night is like: it does not change while it is explored. */
import type { RolloutKind } from '../../src/rollout/due.ts'
import type { Trading } from '../../src/rollout/lanes.ts'
import { defaultGate, defaultPolicy, type GatePolicy, type Policy } from '../../src/rollout/policy.ts'

export interface Setting {
  readonly kind: RolloutKind
  readonly policy: Policy
  readonly maxInstalls: number
  /** How the shop trades while it is installed; null: it is closed, and lanes do not bind. */
  readonly trading: Trading | null
  /** The wave of each device, from 0. */
  readonly waveOf: readonly number[]
  /** Between two waves; null: there is one, and it is not judged. */
  readonly gate: GatePolicy | null
  /** Time goes on: the latest start, the end of the window, the next night. Without it a window never ends. */
  readonly hasClock: boolean
  /** A conductor without the lock cannot write: its statements die with its connection. */
  readonly lockIsConnection: boolean
  /** A claim's transaction can be held up in its middle. */
  readonly cutsClaims: boolean
  /** Faults are spent on nothing else. */
  readonly onlyConductorsFail: boolean
  /** What waits for ever waits for the rollout's end, and that comes. */
  readonly endsAtLast: boolean
}

export const plainNight: Setting = {
  kind: 'update',
  policy: { ...defaultPolicy, maxAttempts: 2 },
  maxInstalls: 1,
  trading: null,
  waveOf: [0, 0],
  gate: null,
  hasClock: false,
  lockIsConnection: true,
  cutsClaims: false,
  onlyConductorsFail: false,
  endsAtLast: false,
}

/** Two waves of a device each. */
export const twoWaves: Setting = { ...plainNight, waveOf: [0, 1], gate: { ...defaultGate, soakMinutes: 1 } }
