/** The last things that happened, and what of them belongs to one store and device: a violation tells its story. */
import type { Device, Store } from './shapes.ts'
import { shown } from './wall.ts'

const KEPT = 60_000
const SHOWN = 45

export interface Story {
  /** The rest is put into words only when somebody reads it. */
  tell(
    at: number,
    store: Store | null,
    device: Device | null,
    what: string,
    more?: unknown,
    last?: unknown,
  ): void
  /** Of this store, and of the rollouts; with times of the store's wall. */
  of(store: Store | null, device: Device | null): string[]
}

const text = (value: unknown): string =>
  value === undefined || value === null || value === '' ? '' : ` (${String(value)})`

/** Columns instead of records: nothing is left to be collected. */
export function createStory(): Story {
  const times = new Float64Array(KEPT)
  const columns = {
    store: new Array(KEPT),
    device: new Array(KEPT),
    what: new Array(KEPT),
    more: new Array(KEPT),
    last: new Array(KEPT),
  }
  const { store: stores, device: devices, what: whats, more: mores, last: lasts } = columns
  let place = 0
  let count = 0
  return {
    tell: (at, store, device, what, more, last) => {
      times[place] = at
      stores[place] = store
      devices[place] = device
      whats[place] = what
      mores[place] = more
      lasts[place] = last
      place = (place + 1) % KEPT
      count += 1
    },
    of: (store, device) => {
      const zone = store?.calendar.timeZone ?? 'UTC'
      const lines: string[] = []
      for (let back = 1; back <= Math.min(count, KEPT) && lines.length < SHOWN; back += 1) {
        const at = (place - back + KEPT) % KEPT
        const isOwn =
          stores[at] === store && (device === null || devices[at] === null || devices[at] === device)
        if (stores[at] !== null && !isOwn) continue
        const who = devices[at] === null ? '' : `${devices[at].cashId}: `
        lines.push(`  ${shown(zone, times[at] ?? 0)}  ${who}${whats[at]}${text(mores[at])}${text(lasts[at])}`)
      }
      return lines.reverse()
    },
  }
}
