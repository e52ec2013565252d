/** The smallest set of stores in which every kind × version × configuration occurs: a pilot that has seen everything. Pure. */
import type { PlanDevice } from './plan-types.ts'

export interface Combination {
  readonly kind: string
  readonly version: number | null
  readonly configuration: string | null
  readonly devices: number
}

type Combined = Pick<PlanDevice, 'kind' | 'version' | 'configuration'>

export const combinationKey = (device: Combined): string =>
  JSON.stringify([device.kind, device.version, device.configuration])

/** Every combination with the number of its devices, in a stable order. */
export function combinations(devices: readonly Combined[]): Combination[] {
  const found = new Map<string, Combination>()
  for (const device of devices) {
    const key = combinationKey(device)
    const { kind, version, configuration } = device
    found.set(key, { kind, version, configuration, devices: (found.get(key)?.devices ?? 0) + 1 })
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

/** Up to so many stores the smallest set is found for certain; above it greedily, at most ln(combinations) times as many. */
const EXACT_STORES = 20

/** One bit per combination. */
interface Candidate {
  readonly id: string
  readonly has: bigint
  readonly devices: number
}

function bits(set: bigint): number {
  let count = 0
  for (let rest = set; rest !== 0n; rest &= rest - 1n) count += 1
  return count
}

function candidatesOf(stores: ReadonlyMap<string, readonly Combined[]>): { list: Candidate[]; all: bigint } {
  const places = new Map<string, bigint>()
  const list = [...stores].map(([id, devices]) => {
    let has = 0n
    for (const key of new Set(devices.map(combinationKey))) {
      const place = places.get(key) ?? BigInt(places.size)
      places.set(key, place)
      has |= 1n << place
    }
    return { id, has, devices: devices.length }
  })
  // Among stores that show the same, the smaller one risks less.
  return { list: list.sort((a, b) => a.devices - b.devices), all: (1n << BigInt(places.size)) - 1n }
}

/** Without stores that show nothing that one other does not show as well. */
function useful(candidates: readonly Candidate[]): Candidate[] {
  const distinct = [...new Map([...candidates].reverse().map((one) => [one.has, one])).values()].reverse()
  return distinct.filter(
    (one) => !distinct.some((other) => other !== one && (one.has | other.has) === other.has),
  )
}

function greedy(candidates: readonly Candidate[], all: bigint): Candidate[] {
  const chosen: Candidate[] = []
  let open = all
  while (open !== 0n) {
    let best: Candidate | undefined
    let most = 0
    for (const one of candidates) {
      const gain = bits(one.has & open)
      if (gain > most) [best, most] = [one, gain]
    }
    if (best === undefined) break
    chosen.push(best)
    open &= ~best.has
  }
  return chosen
}

/** Of the open combinations the one in the fewest stores: whichever store shows it must be taken. */
function rarest(candidates: readonly Candidate[], open: bigint): Candidate[] {
  let fewest: Candidate[] = [...candidates]
  for (let rest = open; rest !== 0n; rest &= rest - 1n) {
    const one = rest & -rest
    const holders = candidates.filter((candidate) => (candidate.has & one) !== 0n)
    if (holders.length <= fewest.length) fewest = holders
  }
  return fewest
}

/** Branch and bound from the greedy answer downwards; at most EXACT_STORES deep. */
function exact(
  candidates: readonly Candidate[],
  all: bigint,
  bound: readonly Candidate[],
): readonly Candidate[] {
  let best = bound
  const largest = Math.max(1, ...candidates.map((one) => bits(one.has)))
  const search = (open: bigint, chosen: readonly Candidate[]): void => {
    if (open === 0n) {
      if (chosen.length < best.length) best = chosen
      return
    }
    if (chosen.length + Math.ceil(bits(open) / largest) >= best.length) return
    for (const one of rarest(candidates, open)) search(open & ~one.has, [...chosen, one])
  }
  search(all, [])
  return best
}

/**
 * The ids of the smallest set of stores that has every combination of all of them; exact while no more than 20 stores
 * add anything, otherwise greedy.
 * @param stores the devices of each store; the order of the stores decides between sets of one size
 */
export function coverStores(stores: ReadonlyMap<string, readonly Combined[]>): string[] {
  const { list, all } = candidatesOf(stores)
  const candidates = useful(list)
  const first = greedy(candidates, all)
  const chosen = candidates.length <= EXACT_STORES ? exact(candidates, all, first) : first
  const ids = new Set(chosen.map((one) => one.id))
  return [...stores.keys()].filter((id) => ids.has(id))
}

/** Combinations of `devices` that none of `seen` is. */
export function uncovered(devices: readonly Combined[], seen: readonly Combined[]): Combination[] {
  const known = new Set(seen.map(combinationKey))
  return combinations(devices).filter((one) => !known.has(combinationKey(one)))
}
