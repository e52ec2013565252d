import type { JobKind } from './job.ts'

/** Brings a package to one store server, once however many devices wait for it. */
export const distribute: JobKind<'distribute'> = { name: 'distribute', table: 'store_package', share: 0.25 }
