/** The leases this worker holds: renewed in one statement, progress written in another, taken ones cancelled. */
import type { Alive } from '../alive.ts'
import type { Database } from '../db/database.ts'
import { type LeaseTable, renewLeases, reportWorker, writeProgress } from '../db/leases.ts'
import type { Log } from '../log.ts'

export interface Held {
  readonly id: string
  readonly generation: number
  readonly table: LeaseTable
  readonly abort: AbortController
  doneBytes: number | undefined
}

export class LeaseTaken extends Error {}
export class ShuttingDown extends Error {}

export interface HeldLeases {
  add(table: LeaseTable, claim: { id: string; generation: number }): Held
  remove(held: Held): void
  /** Cancels everything that runs, for an orderly end. */
  abortAll(): void
  close(): Promise<void>
}

const PROGRESS_MS = 500

/** Renews at a third of the lease, so that two renewals may be lost. */
export function keepLeases(options: {
  db: Database
  worker: string
  leaseSeconds: number
  capacity: number
  log: Log
  /** Called when the database has heard of this worker. */
  alive?: Alive
}): HeldLeases {
  const { db, worker, leaseSeconds, log } = options
  const all = new Set<Held>()
  const of = (table: LeaseTable) => [...all].filter((held) => held.table === table)

  async function renew(table: LeaseTable): Promise<void> {
    const held = of(table)
    if (held.length === 0) return
    const ours = await renewLeases(db.pool, table, held, worker, leaseSeconds)
    for (const one of held) {
      if (!ours.has(one.id) && all.has(one)) one.abort.abort(new LeaseTaken('the lease was taken away'))
    }
  }

  async function report(table: 'device_update' | 'store_package'): Promise<void> {
    const moved = of(table).flatMap((held) =>
      held.doneBytes === undefined ? [] : [{ ...held, doneBytes: held.doneBytes }],
    )
    for (const held of of(table)) held.doneBytes = undefined
    await writeProgress(db.pool, table, moved)
    if (moved.length > 0) db.poke()
  }

  const every = (ms: number, work: () => Promise<unknown>, what: string) => {
    let running: Promise<unknown> | undefined
    const timer = setInterval(() => {
      running ??= work()
        .catch((error: unknown) => log.warn({ err: error }, what))
        .finally(() => {
          running = undefined
        })
    }, ms)
    return async () => {
      clearInterval(timer)
      await running
    }
  }
  const stops = [
    every(
      (leaseSeconds * 1000) / 3,
      () => Promise.all((['device_update', 'store_package', 'command', 'enrolment'] as const).map(renew)),
      'renewing leases',
    ),
    every(
      PROGRESS_MS,
      () => Promise.all([report('device_update'), report('store_package')]),
      'writing progress',
    ),
    every(2000, () => reportWorker(db, worker, options.capacity).then(options.alive), 'reporting'),
  ]
  return {
    add: (table, claim) => {
      const held: Held = { ...claim, table, abort: new AbortController(), doneBytes: undefined }
      all.add(held)
      return held
    },
    remove: (held) => all.delete(held),
    abortAll: () => {
      for (const held of all) held.abort.abort(new ShuttingDown('the worker is stopping'))
    },
    close: async () => {
      await Promise.all(stops.map((stop) => stop()))
    },
  }
}
