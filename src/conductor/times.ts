/** When something may be installed where: computed once, and kept until it may change. */
import type pg from 'pg'
import { type Place, readPlaces, readStoreTimes } from '../db/calendars.ts'
import type { OpenPlaces } from '../db/claims.ts'
import { readFreezes } from '../db/freezes.ts'
import { type RolloutTerms, readTerms } from '../db/waves.ts'
import type { Trading } from '../rollout/lanes.ts'
import type { Freeze, InstallTime } from '../rollout/time/calendar.ts'
import { type InstallTimesInput, installTimeOf, type StoreTimes } from '../rollout/time/install-times.ts'

/** What is not known may not be installed. */
const NEVER: InstallTime = { may: false, because: 'windowClosed', at: null, isTrading: true, until: 0 }

/** Hours that cannot be read are looked at again so often, and told of. */
const UNREADABLE_MS = 300_000

interface KeptTimes {
  readonly changedAt: number
  readonly times: StoreTimes
}

export interface Times {
  /** Reads what changed. @param now milliseconds since 1970, the database's */
  refresh(on: pg.ClientBase, rolloutIds: readonly string[], now: number): Promise<void>
  terms(rolloutId: string): RolloutTerms | undefined
  installTime(rolloutId: string, storeId: string, mustBeClosed: boolean): InstallTime
  trading(storeId: string): Trading
  open(): OpenPlaces
}

const keyOf = (place: { readonly rolloutId: string; readonly storeId: string }): string =>
  `${place.rolloutId}:${place.storeId}`

/** @param tell of a store whose hours cannot be read: it waits, and holds up nobody else */
export function createTimes(tell: (storeId: string, error: unknown) => void): Times {
  const terms = new Map<string, RolloutTerms>()
  const kept = new Map<string, KeptTimes>()
  const answers = new Map<string, InstallTime>()
  /** Stores that never close. */
  const always = new Set<string>()
  let places: readonly Place[] = []
  let freezes: readonly Freeze[] = []
  let freezesText = '[]'
  let now = 0

  async function readRollouts(on: pg.ClientBase, ids: readonly string[]): Promise<void> {
    const unknown = ids.filter((id) => !terms.has(id))
    if (unknown.length > 0) for (const [id, found] of await readTerms(on, unknown)) terms.set(id, found)
    const running = new Set(ids)
    for (const id of terms.keys()) if (!running.has(id)) terms.delete(id)
  }

  async function readStores(on: pg.ClientBase): Promise<void> {
    const live = new Set(places.map(keyOf))
    for (const key of kept.keys()) if (!live.has(key)) kept.delete(key)
    const stale = places.filter((place) => kept.get(keyOf(place))?.changedAt !== place.changedAt)
    if (stale.length === 0) return
    const read = await readStoreTimes(on, stale)
    stale.forEach((place, at) => {
      const times = read[at]
      if (times?.present.opening === 'always') always.add(place.storeId)
      else always.delete(place.storeId)
      if (times !== undefined) kept.set(keyOf(place), { changedAt: place.changedAt, times })
      for (const suffix of ['', ':closed']) answers.delete(keyOf(place) + suffix)
    })
  }

  async function readAllFreezes(on: pg.ClientBase): Promise<void> {
    const read = await readFreezes(on)
    const text = JSON.stringify(read)
    if (text === freezesText) return
    freezes = read
    freezesText = text
    answers.clear()
  }

  function installTime(rolloutId: string, storeId: string, mustBeClosed: boolean): InstallTime {
    const place = keyOf({ rolloutId, storeId })
    const key = mustBeClosed ? `${place}:closed` : place
    const known = answers.get(key)
    if (known !== undefined && now < known.until) return known
    const [rollout, store] = [terms.get(rolloutId), kept.get(place)]
    if (rollout === undefined || store === undefined) return NEVER
    const answer = compute({ storeId, times: store.times, freezes, ...rollout, mustBeClosed, now })
    answers.set(key, answer)
    return answer
  }

  function compute(input: InstallTimesInput): InstallTime {
    try {
      return installTimeOf(input)
    } catch (error) {
      tell(input.storeId, error)
      return { ...NEVER, until: now + UNREADABLE_MS }
    }
  }

  return {
    refresh: async (on, rolloutIds, at) => {
      // A clock that went back makes every answer doubtful.
      if (at < now) answers.clear()
      now = at
      await readRollouts(on, rolloutIds)
      places = await readPlaces(on)
      await readStores(on)
      await readAllFreezes(on)
      if (answers.size > 4 * places.length + 1000) answers.clear()
    },
    terms: (rolloutId) => terms.get(rolloutId),
    installTime,
    trading: (storeId) => (always.has(storeId) ? 'always' : 'trading'),
    open: () => {
      const open = places.filter(
        ({ rolloutId, storeId }) =>
          installTime(rolloutId, storeId, false).may || installTime(rolloutId, storeId, true).may,
      )
      return { rolloutIds: open.map((one) => one.rolloutId), storeIds: open.map((one) => one.storeId) }
    },
  }
}
