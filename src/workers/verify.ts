import { verify as rules } from '../device/steps/verify.ts'
import { verify as kind } from '../jobs/verify.ts'
import type { WorkerDeps } from './deps.ts'
import { deviceJob } from './device-job.ts'

export const verifyJob = (deps: WorkerDeps) => deviceJob(deps, kind, rules)
