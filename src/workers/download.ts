import { download as rules } from '../device/steps/download.ts'
import { download as kind } from '../jobs/download.ts'
import type { WorkerDeps } from './deps.ts'
import { deviceJob } from './device-job.ts'

export const downloadJob = (deps: WorkerDeps) => deviceJob(deps, kind, rules)
