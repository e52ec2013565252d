import { restart as rules } from '../device/steps/restart.ts'
import { restart as kind } from '../jobs/restart.ts'
import type { WorkerDeps } from './deps.ts'
import { deviceJob } from './device-job.ts'

export const restartJob = (deps: WorkerDeps) => deviceJob(deps, kind, rules)
