import { rollback as rules } from '../device/steps/rollback.ts'
import { rollback as kind } from '../jobs/rollback.ts'
import type { WorkerDeps } from './deps.ts'
import { deviceJob } from './device-job.ts'

export const rollbackJob = (deps: WorkerDeps) => deviceJob(deps, kind, rules)
