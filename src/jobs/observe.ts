import type { JobKind } from './job.ts'

/** Looks at a device that contact was lost with, until there is evidence. */
export const observe: JobKind<'observe'> = { name: 'observe', table: 'device_update', share: 0.5 }
