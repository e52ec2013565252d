import type { JobKind } from './job.ts'

/** One errand to one device: a look at it, a message, closing its shift, a download, a switch. */
export const command: JobKind<'command'> = { name: 'command', table: 'command', share: 0.5 }
