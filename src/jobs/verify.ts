import type { JobKind } from './job.ts'

/** Has a device check size and hash of what it fetched. */
export const verify: JobKind<'verify'> = { name: 'verify', table: 'device_update', share: 0.5 }
