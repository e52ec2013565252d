/** The SSH pool, and an alarm whenever a host shows another key than its own: whatever was to be done there. */

import type { Database } from '../db/database.ts'
import { type ChangedKey, tellChangedKey } from '../db/host-key-alarms.ts'
import type { Log } from '../log.ts'
import { SshFailure } from '../ssh/failure.ts'
import type { SshPool } from '../ssh/pool.ts'
import type { Route } from '../ssh/types.ts'

function changedKey(error: unknown, { store, device }: Route): ChangedKey | undefined {
  if (!(error instanceof SshFailure) || error.code !== 'hostKeyChanged') return undefined
  const shown = typeof error.params.shown === 'string' ? error.params.shown : ''
  const isDevice = device !== undefined && error.params.hop === 'device'
  return { store, shown, ...(isDevice ? { device } : {}) }
}

/** @param actor the worker's name */
export function alarmingPool(
  pool: SshPool,
  { db, log, worker }: { db: Database; log: Log; worker: string },
): SshPool {
  const watched = async <T>(route: Route, work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      const changed = changedKey(error, route)
      // The failure itself matters more than its alarm: the next call raises it again.
      if (changed !== undefined)
        await tellChangedKey(db, changed, worker).catch((failed: unknown) =>
          log.error({ err: failed }, 'a changed host key could not be told'),
        )
      throw error
    }
  }
  return {
    exec: (route, args, options) => watched(route, pool.exec(route, args, options)),
    upload: (store, file, options) => watched({ store }, pool.upload(store, file, options)),
    scanDevice: (store, device, options) => watched({ store }, pool.scanDevice(store, device, options)),
    remove: (store, files, options) => watched({ store }, pool.remove(store, files, options)),
    rewrite: (store, file, edit, options) => watched({ store }, pool.rewrite(store, file, edit, options)),
    close: () => pool.close(),
  }
}
