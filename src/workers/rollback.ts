import { rollback as rules } from '../device/steps/rollback.ts'
import { wayBack } from '../device/steps/way-back.ts'
import { rollback as kind } from '../jobs/rollback.ts'
import type { WorkerDeps } from './deps.ts'
import { deviceJob } from './device-job.ts'

/** Asked for, of a device that sells; or by itself, of one that does not. */
export const rollbackJob = (deps: WorkerDeps) =>
  deviceJob(deps, kind, (work) => (work.rollout.kind === 'rollback' ? wayBack : rules))
