import type { JobKind } from './job.ts'

/** Learning one host's keys, or making a device's own. */
export const enrol: JobKind<'enrol'> = { name: 'enrol', table: 'enrolment', share: 0.25 }
