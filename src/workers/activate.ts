import { activate as rules } from '../device/steps/activate.ts'
import { activate as kind } from '../jobs/activate.ts'
import type { WorkerDeps } from './deps.ts'
import { deviceJob } from './device-job.ts'

export const activateJob = (deps: WorkerDeps) => deviceJob(deps, kind, rules)
