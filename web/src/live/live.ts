/** The stream of `/live`, folded by the server to at most four messages a second. */
import { apiAddress } from '../api/client.ts'
import type { BoardNews } from '../api/types.ts'

/** `topics` are what is to be looked at again, `cells` present cells of the board, of devices that changed. */
export type LiveMessage = BoardNews

export interface LiveStatus {
  readonly state: 'connecting' | 'live' | 'stale'
  /** The last word of the server, a ping or news. */
  readonly heardAt: Date | undefined
}

export interface Live {
  open(): void
  close(): void
  follow(told: (message: LiveMessage) => void): () => void
  watchStatus(told: () => void): () => void
  status(): LiveStatus
  /** The place from which everything is told; undefined: not known yet. What was read before it may have missed something. */
  begunAt(): string | undefined
  /** The latest messages, oldest first: for who came too late to follow, and takes no harm from hearing twice. */
  recent(): readonly LiveMessage[]
}

/** Pings come every 15 s: one missing is too many. */
const SILENT_MS = 20_000
const AGAIN_MS = 5000
/** Of ten seconds, at four a second. */
const RECENT = 40

interface Owner {
  /** The first time: what was read while it was on its way may have missed something. */
  begun(): void
  /** Nobody may listen, or the server knows the place no more: who one is has to be looked at. */
  refused(): void
  /** It goes on after a refusal, from now: what happened between is to be looked at. */
  returned(): void
}

/** Owns its EventSource between `open` and `close`; the place in the stream outlives both, but not a refusal. */
export function createLive(owner: Owner): Live {
  const followers = new Set<(message: LiveMessage) => void>()
  const watchers = new Set<() => void>()
  let source: EventSource | undefined
  let cursor: string | undefined
  let begun: string | undefined
  const recent: LiveMessage[] = []
  let again: number | undefined
  let silence: number | undefined
  let status: LiveStatus = { state: 'connecting', heardAt: undefined }

  const say = (next: Partial<LiveStatus>) => {
    status = { ...status, ...next }
    for (const told of watchers) told()
  }
  const heard = (id: string) => {
    if (id !== '') cursor = id
    begun ??= cursor
    clearTimeout(silence)
    silence = window.setTimeout(restart, SILENT_MS)
    say({ state: 'live', heardAt: new Date() })
  }
  const take = (event: MessageEvent<string>) => {
    heard(event.lastEventId)
    const message = JSON.parse(event.data) as LiveMessage
    recent.push(message)
    if (recent.length > RECENT) recent.shift()
    for (const told of followers) told(message)
  }
  const close = () => {
    clearTimeout(again)
    clearTimeout(silence)
    source?.close()
    source = undefined
  }
  const restart = () => {
    close()
    say({ state: 'stale' })
    again = window.setTimeout(open, AGAIN_MS)
  }
  let isRefused = false
  const refuse = () => {
    isRefused = true
    cursor = undefined
    begun = undefined
    // Of another database, or of before its restore, as likely as not.
    recent.splice(0)
    restart()
    owner.refused()
  }
  let isBegun = false
  const opened = () => {
    heard('')
    if (isRefused) owner.returned()
    else if (!isBegun) owner.begun()
    isRefused = false
    isBegun = true
  }
  const open = () => {
    if (source !== undefined) return
    clearTimeout(again)
    const made = new EventSource(apiAddress('/live', { after: cursor }))
    source = made
    // A network that swallows everything says nothing either, and what was heard before is old by now.
    clearTimeout(silence)
    silence = window.setTimeout(restart, SILENT_MS)
    if (Date.now() - (status.heardAt?.getTime() ?? Number.POSITIVE_INFINITY) > SILENT_MS)
      say({ state: 'stale' })
    made.addEventListener('open', opened)
    made.addEventListener('message', take)
    made.addEventListener('ping', (event) => heard((event as MessageEvent<string>).lastEventId))
    // A browser tries again by itself, but not after a refusal.
    made.addEventListener('error', () =>
      made.readyState === EventSource.CLOSED ? refuse() : say({ state: 'stale' }),
    )
  }
  return {
    open,
    close,
    follow: (told) => {
      followers.add(told)
      return () => followers.delete(told)
    },
    watchStatus: (told) => {
      watchers.add(told)
      return () => watchers.delete(told)
    },
    status: () => status,
    begunAt: () => begun,
    recent: () => recent,
  }
}
