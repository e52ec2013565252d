import type { JobKind } from './job.ts'

/** Brings an unhealthy device back to the version before. */
export const rollback: JobKind<'rollback'> = { name: 'rollback', table: 'device_update', share: 0.5 }
