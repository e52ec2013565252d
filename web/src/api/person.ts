/** Whose this tab is. What is kept in it is shown to nobody else, and goes when they sign out. */
import { BASE_PATH, goTo } from './base.ts'

/** Told to every tab of this browser: who was seen last, `''` when they have signed out. */
const SEEN = `nightshift-person:${BASE_PATH}`
/** What a tab keeps of somebody's work. */
const OURS = 'nightshift-'
/** A rollout in the making. */
export const DRAFT = 'wizard'

interface Who {
  readonly actor: string
  readonly userId: string | null
}
/** Not the login alone: somebody else may have it one day. */
const idOf = ({ actor, userId }: Who): string => userId ?? `token:${actor}`

let person: string | undefined
let isLeaving = false
/** By this page, also where storage is closed to it. */
const kept = new Map<string, object>()

/** Storage may be closed to us: then nothing is kept, and nothing has to be taken away. */
function within<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}

function forget(): void {
  person = undefined
  kept.clear()
  within(() => {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith(OURS)) sessionStorage.removeItem(name)
  })
}

/** Everything that was read for somebody else is in this page's memory: it begins anew. */
function beginAnew(): void {
  forget()
  location.reload()
}

/**
 * Who is signed in, as the API has just said. What was kept for another account goes before anything is shown to this
 * one. @returns never, where the page was somebody else's
 */
export async function meet(who: Who): Promise<void> {
  const seen = idOf(who)
  if (person !== undefined && person !== seen) {
    beginAnew()
    return new Promise(() => {})
  }
  person = seen
  within(() => {
    if (localStorage.getItem(SEEN) !== seen) localStorage.setItem(SEEN, seen)
  })
}

/**
 * They are signing out: whatever hears first that the session has ended, this tab goes to the door, and not back here.
 * @param is false: it came to nothing
 */
export function setLeaving(is: boolean): void {
  isLeaving = is
}
export const isOnTheWayOut = (): boolean => isLeaving

/** They have signed out: nothing of theirs stays, in no tab. */
export function leave(): void {
  forget()
  within(() => localStorage.setItem(SEEN, ''))
  goTo('sign-in')
}

/** What other tabs tell, and a page that the browser brings back as it was when it was left. */
export function watchPerson(): void {
  addEventListener('storage', ({ key, newValue }) => {
    if (key === SEEN && person !== undefined && newValue !== null && newValue !== person) beginAnew()
  })
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload()
  })
}

interface Kept {
  readonly by?: unknown
}
/** Undefined: nothing, or not theirs. */
export function readKept(name: string): object | undefined {
  const found = within(() => JSON.parse(sessionStorage.getItem(OURS + name) ?? 'null') as Kept | null)
  if (found == null || person === undefined) return undefined
  if (found.by !== person) {
    within(() => sessionStorage.removeItem(OURS + name))
    return undefined
  }
  const { by: _, ...value } = found
  return value
}

export function keep(name: string, value: object): void {
  // Then it lives as long as the page does.
  if (person === undefined) return
  kept.set(name, value)
  within(() => sessionStorage.setItem(OURS + name, JSON.stringify({ ...value, by: person })))
}

/** Something that was decided and is saved nowhere else. */
export const hasUnsaved = (): boolean => {
  const draft = kept.get(DRAFT) ?? readKept(DRAFT)
  return draft !== undefined && 'isTouched' in draft && draft.isTouched === true
}
