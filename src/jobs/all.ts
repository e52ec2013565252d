import { activate } from './activate.ts'
import { command } from './command.ts'
import { disarm } from './disarm.ts'
import { distribute } from './distribute.ts'
import { download } from './download.ts'
import { enrol } from './enrol.ts'
import type { JobKind, JobName } from './job.ts'
import { observe } from './observe.ts'
import { remove } from './remove.ts'
import { restart } from './restart.ts'
import { rollback } from './rollback.ts'
import { verify } from './verify.ts'

/** Every queue, in the order of a night. */
export const jobKinds: { readonly [Name in JobName]: JobKind<Name> } = {
  distribute,
  download,
  verify,
  activate,
  restart,
  disarm,
  rollback,
  observe,
  remove,
  command,
  enrol,
}
