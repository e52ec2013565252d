import type { JobKind } from './job.ts'

/** Takes a package off one store server, when nobody wants it there any more. */
export const remove: JobKind<'remove'> = { name: 'remove', table: 'store_package', share: 0.1 }
