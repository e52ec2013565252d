import type { JobKind } from './job.ts'

/** Checks identity and preconditions, then arms the device. */
export const activate: JobKind<'activate'> = { name: 'activate', table: 'device_update', share: 0.5 }
