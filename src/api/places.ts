/** Places at one API process that few may hold at once: so many in all, and so many of each key. */

export interface Places {
  /**
   * Takes a place until the function that it returns is called.
   * @param keys with how many places each may hold @returns `all`: there is none left; `own`: a key has its share
   */
  take(all: number, keys: Readonly<Record<string, number>>): (() => void) | 'all' | 'own'
}

export function createPlaces(): Places {
  const held = new Map<string, number>()
  let total = 0
  const change = (key: string, by: number): void => {
    const next = (held.get(key) ?? 0) + by
    if (next === 0) held.delete(key)
    else held.set(key, next)
  }
  return {
    take: (all, keys) => {
      if (Object.entries(keys).some(([key, most]) => (held.get(key) ?? 0) >= most)) return 'own'
      if (total >= all) return 'all'
      total += 1
      for (const key of Object.keys(keys)) change(key, 1)
      let isHeld = true
      return () => {
        if (!isHeld) return
        isHeld = false
        total -= 1
        for (const key of Object.keys(keys)) change(key, -1)
      }
    },
  }
}
