/** Where somebody jumped lately, kept in their browser under their own name. */
import type { Place } from './places.ts'

const KEPT = 'nightshift-recent'
const MOST = 8

const isPlace = (value: unknown): value is Place =>
  typeof value === 'object' &&
  value !== null &&
  ['id', 'title', 'to'].every((name) => typeof (value as Record<string, unknown>)[name] === 'string')

/** @param actor empty: nobody knows yet who looks */
export function readRecent(actor: string): readonly Place[] {
  if (actor === '') return []
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(`${KEPT}:${actor}`) ?? '[]')
    return Array.isArray(kept) ? kept.filter(isPlace).slice(0, MOST) : []
  } catch {
    return []
  }
}

export function keepRecent(actor: string, place: Place): void {
  if (actor === '') return
  const next = [place, ...readRecent(actor).filter(({ id }) => id !== place.id)].slice(0, MOST)
  try {
    localStorage.setItem(`${KEPT}:${actor}`, JSON.stringify(next))
  } catch {
    // Then nothing is remembered.
  }
}
