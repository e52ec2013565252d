/** A seeded generator: the same seed is the same thousand nights. */
export interface Random {
  /** 0 … 1 */
  next(): number
  between(from: number, to: number): number
  whole(below: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  /** Exponential, never more than `most`. */
  wait(mean: number, most: number): number
}

/** mulberry32 */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const whole = (below: number) => Math.floor(next() * below)
  return {
    next,
    whole,
    between: (from, to) => from + next() * (to - from),
    chance: (probability) => next() < probability,
    pick: <T>(list: readonly T[]): T => list[whole(list.length)] as T,
    wait: (mean, most) => Math.min(most, -Math.log(1 - next()) * mean),
  }
}

/** 0 … 1 by three numbers: what somebody does at a time needs no event of its own. */
export function hashed(a: number, b: number, c: number): number {
  let h = Math.imul(a | 0, 0x9e3779b1) ^ Math.imul(b | 0, 0x85ebca6b) ^ Math.imul(c | 0, 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d)
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b)
  return ((h ^ (h >>> 16)) >>> 0) / 4_294_967_296
}
