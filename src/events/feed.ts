/** Tells every open stream of this process that there may be something new: one connection that listens, one poll. */
import { type Database, listen } from '../db/database.ts'
import type { Log } from '../log.ts'

export interface EventFeed {
  /** Calls back at every NOTIFY and every second. Ends by the function that it returns. */
  follow(onChange: () => void): () => void
  close(): Promise<void>
}

/** A NOTIFY may be lost, and an event that committed late is seen by nobody's NOTIFY. */
const POLL_MS = 1000
const LISTEN_AGAIN_MS = 1000

/** Listens only while somebody follows. Owns its connection until `close`. */
export function createEventFeed(db: Database, log: Log): EventFeed {
  const followers = new Set<() => void>()
  const tell = () => {
    for (const follower of followers) follower()
  }
  let poll: NodeJS.Timeout | undefined
  let again: NodeJS.Timeout | undefined
  let listening: Promise<{ close(): Promise<void> } | undefined> | undefined
  let isClosed = false

  const lost = (error: Error) => {
    if (isClosed) return
    log.warn({ err: error }, 'the connection that listens for events was lost')
    const former = listening
    listening = undefined
    void former?.then((one) => one?.close()).catch(() => {})
    clearTimeout(again)
    again = setTimeout(start, LISTEN_AGAIN_MS)
  }
  const start = () => {
    if (isClosed || listening !== undefined || followers.size === 0) return
    listening = listen(db.url, tell, lost).catch((error: unknown) => {
      lost(error instanceof Error ? error : new Error(String(error)))
      return undefined
    })
  }
  const end = async () => {
    clearInterval(poll)
    clearTimeout(again)
    poll = undefined
    const former = listening
    listening = undefined
    await former?.then((one) => one?.close()).catch(() => {})
  }
  return {
    follow: (onChange) => {
      followers.add(onChange)
      poll ??= setInterval(tell, POLL_MS)
      start()
      return () => {
        followers.delete(onChange)
        if (followers.size === 0) void end()
      }
    },
    close: async () => {
      isClosed = true
      followers.clear()
      await end()
    },
  }
}
