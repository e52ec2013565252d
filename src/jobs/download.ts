import type { JobKind } from './job.ts'

/** Has a device fetch the package from its store server, and watches. */
export const download: JobKind<'download'> = { name: 'download', table: 'device_update', share: 1 }
