import type { JobKind } from './job.ts'

/** Restarts an armed device, and confirms version and health of what runs afterwards. */
export const restart: JobKind<'restart'> = { name: 'restart', table: 'device_update', share: 1 }
