/** The last things that happened, and what of them belongs to one store and device: a violation tells its story. */
import type { Device, Store } from './shapes.ts'
import { shown } from './wall.ts'

interface Told {
  readonly at: number
  readonly store: Store | null
  readonly device: Device | null
  readonly what: string
  readonly more: unknown
}

const KEPT = 60_000
const SHOWN = 45

export interface Story {
  tell(at: number, store: Store | null, device: Device | null, what: string, more: unknown): void
  /** Of this store, and of the rollouts; with times of the store's wall. */
  of(store: Store | null, device: Device | null): string[]
}

export function createStory(): Story {
  const ring: Told[] = []
  let place = 0
  return {
    tell: (at, store, device, what, more) => {
      ring[place] = { at, store, device, what, more }
      place = (place + 1) % KEPT
    },
    of: (store, device) => {
      const inOrder = [...ring.slice(place), ...ring.slice(0, place)]
      const own = inOrder.filter(
        (one) => one.store === null || (one.store === store && (device === null || one.device === null || one.device === device)),
      )
      const zone = store?.calendar.timeZone ?? 'UTC'
      return own.slice(-SHOWN).map(({ at, device: whose, what, more }) => {
        const who = whose === null ? '' : `${whose.cashId}: `
        return `  ${shown(zone, at)}  ${who}${what}${more === undefined || more === '' ? '' : ` (${String(more)})`}`
      })
    },
  }
}
