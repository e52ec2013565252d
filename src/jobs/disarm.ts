import type { JobKind } from './job.ts'

/** Takes an arming back. */
export const disarm: JobKind<'disarm'> = { name: 'disarm', table: 'device_update', share: 0.5 }
