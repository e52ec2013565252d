import { disarm as rules } from '../device/steps/disarm.ts'
import { disarm as kind } from '../jobs/disarm.ts'
import type { WorkerDeps } from './deps.ts'
import { deviceJob } from './device-job.ts'

export const disarmJob = (deps: WorkerDeps) => deviceJob(deps, kind, rules)
