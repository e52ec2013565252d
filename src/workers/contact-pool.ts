/** The SSH pool, and beside whatever is done through it: when a store server last answered, how fast, and its disk. */

import type { Database } from '../db/database.ts'
import { type Contact, type ContactPlace, readContactPlaces, saveContact } from '../db/store-contacts.ts'
import type { Log } from '../log.ts'
import { SshFailure } from '../ssh/failure.ts'
import type { SshPool } from '../ssh/pool.ts'
import { diskCommand, readDisk } from '../ssh/store-commands.ts'
import type { Endpoint, Route } from '../ssh/types.ts'

/** A store of a hundred tills is spoken to all night: one look a minute says enough of it. */
const EVERY_MS = 60_000
const LOOK_MS = 20_000
/** Shops of a large chain; beyond, the oldest are looked at anew. */
const REMEMBERED = 10_000

/** What a store server says no to when we are signed in: its tills are not reached by that, and it was. */
const SAID_BY_SERVER: ReadonlySet<unknown> = new Set([
  'forwardingForbidden',
  'forwardingShort',
  'channelRefused',
])

/** Why a store server was not reached; null: it was; undefined: this does not say. */
export function contactReason(error: unknown): string | null | undefined {
  if (!(error instanceof SshFailure)) return undefined
  if (error.params.hop === 'store' && SAID_BY_SERVER.has(error.params.problem)) return null
  if (error.code === 'storeOffline' || error.params.hop === 'store') return error.code
  // Its tills are reached through it.
  return error.code === 'tillOffline' || error.params.hop === 'device' ? null : undefined
}

/** One command, timed. A server that runs none of them has answered all the same. */
async function lookAt(pool: SshPool, store: Endpoint, folder: string, signal: AbortSignal): Promise<Contact> {
  const began = performance.now()
  const result = await pool.exec({ store }, diskCommand(folder), { deadlineMs: LOOK_MS, signal })
  const latencyMs = result.exitStatus === null ? null : Math.round(performance.now() - began)
  return { latencyMs, disk: readDisk(result.stdout) ?? null }
}

interface Noted {
  readonly at: number
  readonly reason: string | null
}

/** @param options.worker its name, the source of what is kept */
export function contactPool(
  pool: SshPool,
  { db, log, worker, everyMs = EVERY_MS }: { db: Database; log: Log; worker: string; everyMs?: number },
): SshPool {
  const noted = new Map<string, Noted>()
  const looks = new Set<Promise<void>>()
  const closing = new AbortController()

  const keep = (places: readonly ContactPlace[], contact: Contact) =>
    saveContact(
      db,
      places.map((place) => place.storeId),
      contact,
      worker,
    )
  const look = async (store: Endpoint, reason: string | null): Promise<void> => {
    const places = await readContactPlaces(db, store)
    if (reason !== null) return keep(places, { reason })
    for (const place of places) {
      const contact = await lookAt(pool, store, place.packageFolder, closing.signal).catch(
        (error: unknown) => {
          const why = contactReason(error)
          if (why === null) return { latencyMs: null, disk: null }
          return why === undefined ? undefined : { reason: why }
        },
      )
      if (contact !== undefined) await keep([place], contact)
    }
  }
  const isDue = (key: string, reason: string | null): boolean => {
    const last = noted.get(key)
    const now = Date.now()
    if (last !== undefined && last.reason === reason && now - last.at < everyMs) return false
    noted.delete(key)
    noted.set(key, { at: now, reason })
    for (const oldest of noted.keys()) {
      if (noted.size <= REMEMBERED) break
      noted.delete(oldest)
    }
    return true
  }
  /** Beside the work, which neither waits for it nor fails with it. */
  const note = (store: Endpoint, reason: string | null): void => {
    if (closing.signal.aborted || !isDue(JSON.stringify([store.host, store.port]), reason)) return
    const one = look(store, reason)
      .catch((failed: unknown) => log.warn({ err: failed }, 'a contact could not be kept'))
      .finally(() => looks.delete(one))
    looks.add(one)
  }
  const watched = async <T>({ store }: Route, work: Promise<T>): Promise<T> => {
    try {
      const done = await work
      note(store, null)
      return done
    } catch (error) {
      const reason = contactReason(error)
      if (reason !== undefined) note(store, reason)
      throw error
    }
  }
  return {
    exec: (route, args, options) => watched(route, pool.exec(route, args, options)),
    upload: (store, file, options) => watched({ store }, pool.upload(store, file, options)),
    scanDevice: (store, device, options) => watched({ store }, pool.scanDevice(store, device, options)),
    remove: (store, files, options) => watched({ store }, pool.remove(store, files, options)),
    rewrite: (store, file, edit, options) => watched({ store }, pool.rewrite(store, file, edit, options)),
    close: async () => {
      closing.abort(new SshFailure('connectionLost', { params: { problem: 'poolClosed' } }))
      await Promise.allSettled(looks)
      await pool.close()
    },
  }
}
