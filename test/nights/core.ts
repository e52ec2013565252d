/** The core as it is; a mutation breaks one part of it. */
import type { DeviceStepRules } from '../../src/device/step.ts'
import { activate } from '../../src/device/steps/activate.ts'
import { disarm } from '../../src/device/steps/disarm.ts'
import { download } from '../../src/device/steps/download.ts'
import { observe } from '../../src/device/steps/observe.ts'
import { restart } from '../../src/device/steps/restart.ts'
import { rollback } from '../../src/device/steps/rollback.ts'
import { verify } from '../../src/device/steps/verify.ts'
import { wayBack } from '../../src/device/steps/way-back.ts'
import { judgeRows, judgeWaves } from '../../src/rollout/decide.ts'
import type { DeviceStep } from '../../src/rollout/due.ts'
import { plan } from '../../src/rollout/plan/plan.ts'
import { release } from '../../src/rollout/release.ts'
import { type Machine, machines } from '../../src/rollout/states.ts'
import { installTimeOf } from '../../src/rollout/time/install-times.ts'

export interface Core {
  readonly plan: typeof plan
  readonly installTimeOf: typeof installTimeOf
  readonly judgeWaves: typeof judgeWaves
  readonly judgeRows: typeof judgeRows
  readonly release: typeof release
  readonly updates: Machine
  readonly steps: Readonly<Record<DeviceStep, DeviceStepRules>>
  readonly wayBack: DeviceStepRules
  /** What a device promises; a mutation takes one away. */
  readonly device: { readonly refusesOlder: boolean; readonly expiresArming: boolean }
}

export const coreOfToday: Core = {
  plan,
  installTimeOf,
  judgeWaves,
  judgeRows,
  release,
  updates: machines.deviceUpdate,
  steps: { download, verify, activate, restart, disarm, rollback, observe },
  wayBack,
  device: { refusesOlder: true, expiresArming: true },
}
