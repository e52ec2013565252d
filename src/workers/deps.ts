import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import type { Log } from '../log.ts'
import type { PackageTrust } from '../signing/trust.ts'
import type { SshPool } from '../ssh/pool.ts'
import type { CrashPoint } from './crash-points.ts'
import type { HeldLeases } from './held.ts'

/** What every processor of a worker shares. */
export interface WorkerDeps {
  readonly db: Database
  readonly ssh: SshPool
  readonly held: HeldLeases
  readonly config: Config
  readonly log: Log
  /** Whether a package is good by the signers of now. */
  readonly trust: PackageTrust
  /** Name of this worker, unique among all. */
  readonly worker: string
  readonly crash: CrashPoint
  /** Milliseconds between two looks at a device. */
  readonly pollMs: number
}
