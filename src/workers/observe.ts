import { observe as rules } from '../device/steps/observe.ts'
import { observe as kind } from '../jobs/observe.ts'
import type { WorkerDeps } from './deps.ts'
import { deviceJob } from './device-job.ts'

export const observeJob = (deps: WorkerDeps) => deviceJob(deps, kind, rules)
