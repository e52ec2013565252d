/** What an imported list of keys would pin, host by host: computed twice, shown once and then done. Pure. */
import { createHash } from 'node:crypto'
import { type KeyView, viewKey } from './host-key.ts'
import type { KeyList } from './key-list.ts'
import { isNameOf, type KnownHosts, knownName } from './known-hosts.ts'

export interface PinnableHost {
  readonly storeId: string
  readonly deviceId: string | null
  readonly store: string
  readonly cashId: string | null
  readonly host: string
  readonly port: number
  readonly pinned: readonly string[]
}

/** `contradicts`: something is pinned, and nothing of it is in the list. */
export type PinVerdict = 'new' | 'same' | 'more' | 'contradicts'

export interface PinChange extends PinnableHost {
  readonly verdict: PinVerdict
  /** Of the list. */
  readonly keys: readonly string[]
  /** What is pinned afterwards; as before where it stays untouched. */
  readonly after: readonly string[]
  readonly lines: readonly number[]
}

export interface ListFault {
  readonly line: number
  readonly problem: string
}

export interface PinPlan {
  readonly changes: readonly PinChange[]
  readonly faults: readonly ListFault[]
  /** Lines whose names are no host of ours. */
  readonly unmatched: readonly number[]
  /** Pinned now, and revoked by the list: to be retired by hand. */
  readonly pinnedRevoked: readonly {
    readonly store: string
    readonly cashId: string | null
    readonly key: KeyView
  }[]
}

export type PinMode = 'add' | 'replace'

interface Found {
  readonly host: PinnableHost
  readonly keys: Map<string, number[]>
}

const idOf = (host: PinnableHost): string => host.deviceId ?? host.storeId

function note(found: Map<string, Found>, host: PinnableHost, key: string, line: number): void {
  const one = found.get(idOf(host)) ?? { host, keys: new Map<string, number[]>() }
  one.keys.set(key, [...(one.keys.get(key) ?? []), line])
  found.set(idOf(host), one)
}

function verdictOf(pinned: readonly string[], keys: readonly string[]): PinVerdict {
  if (pinned.length === 0) return 'new'
  const same = keys.filter((key) => pinned.includes(key)).length
  if (same === keys.length) return 'same'
  return same > 0 ? 'more' : 'contradicts'
}

/** A contradiction is left alone by `add`: somebody is wrong, and it may be the list. */
function changeOf({ host, keys: found }: Found, mode: PinMode): PinChange {
  const keys = [...found.keys()]
  const verdict = verdictOf(host.pinned, keys)
  const added = verdict === 'contradicts' ? host.pinned : [...new Set([...host.pinned, ...keys])]
  const lines = [...new Set([...found.values()].flat())].sort((a, b) => a - b)
  return { ...host, verdict, keys, after: mode === 'replace' ? keys : added, lines }
}

const inOrder = (a: PinChange, b: PinChange): number =>
  a.store < b.store ? -1 : a.store > b.store ? 1 : (a.cashId ?? '') < (b.cashId ?? '') ? -1 : 1

/** HMACs of one slice, some 30 ms; and in all, some 8 s. */
const SLICE = 20_000
const MOST = 5_000_000

const breathe = () => new Promise<void>((resolve) => setImmediate(resolve))

/**
 * Hosts by their known_hosts names. Tills of many stores have one address: where it is not unique it names nobody.
 * Hashed names are tried one by one, in slices, so that others are served in between.
 */
async function matchKnownHosts(
  list: KnownHosts,
  hosts: readonly PinnableHost[],
): Promise<{ found: Map<string, Found>; faults: ListFault[]; unmatched: number[]; revoked: Set<string> }> {
  const byName = new Map<string, PinnableHost[]>()
  for (const host of hosts) {
    const name = knownName(host.host, host.port)
    byName.set(name, [...(byName.get(name) ?? []), host])
  }
  const names = [...byName.keys()]
  const found = new Map<string, Found>()
  const faults: ListFault[] = []
  const unmatched: number[] = []
  const revoked = new Set(list.revoked.map((entry) => entry.key))
  let tried = 0
  const ofName = async (name: string): Promise<readonly PinnableHost[]> => {
    if (!name.startsWith('|')) {
      const plain = name.toLowerCase().replace(/^\[(.*)\]:22$/, '$1')
      return byName.get(plain) ?? []
    }
    for (const one of names) {
      tried += 1
      if (tried > MOST) return []
      if (tried % SLICE === 0) await breathe()
      const [first] = byName.get(one) ?? []
      if (first !== undefined && isNameOf(name, first.host, first.port)) return byName.get(one) ?? []
    }
    return []
  }
  for (const { line, names: written, key } of list.entries) {
    const matched = new Set<PinnableHost>()
    for (const name of written) {
      const those = await ofName(name)
      if (those.length > 1) faults.push({ line, problem: 'addressNotUnique' })
      else for (const host of those) matched.add(host)
    }
    if (revoked.has(key)) faults.push({ line, problem: 'keyRevoked' })
    else for (const host of matched) note(found, host, key, line)
    if (matched.size === 0 && faults.at(-1)?.line !== line) unmatched.push(line)
  }
  if (tried > MOST) faults.push({ line: 1, problem: 'tooManyHashedNames' })
  return { found, faults, unmatched, revoked }
}

export async function planKnownHosts(
  list: KnownHosts,
  hosts: readonly PinnableHost[],
  mode: PinMode,
): Promise<PinPlan> {
  const { found, faults, unmatched, revoked } = await matchKnownHosts(list, hosts)
  const pinnedRevoked = hosts.flatMap(({ store, cashId, pinned }) =>
    pinned.filter((key) => revoked.has(key)).map((key) => ({ store, cashId, key: viewKey(key) })),
  )
  return {
    changes: [...found.values()].map((one) => changeOf(one, mode)).sort(inOrder),
    faults: [...list.faults, ...faults].sort((a, b) => a.line - b.line),
    unmatched,
    pinnedRevoked,
  }
}

export function planKeyList(list: KeyList, hosts: readonly PinnableHost[], mode: PinMode): PinPlan {
  const byName = new Map(hosts.map((host) => [JSON.stringify([host.store, host.cashId]), host]))
  const found = new Map<string, Found>()
  const unmatched: number[] = []
  for (const { line, store, cashId, key } of list.entries) {
    const host = byName.get(JSON.stringify([store, cashId]))
    if (host === undefined) unmatched.push(line)
    else note(found, host, key, line)
  }
  const changes = [...found.values()].map((one) => changeOf(one, mode)).sort(inOrder)
  return { changes, faults: list.faults, unmatched, pinnedRevoked: [] }
}

/** Those that change anything. */
export const pinsOf = ({ changes }: PinPlan): PinChange[] =>
  changes.filter(
    ({ pinned, after }) => pinned.length !== after.length || after.some((key) => !pinned.includes(key)),
  )

/** What was shown, in 64 hex digits: done is only what still comes out the same. */
export function pinPlanHash(plan: PinPlan): string {
  const told = pinsOf(plan).map(({ storeId, deviceId, host, port, pinned, after }) => [
    ...[storeId, deviceId, host, port, pinned, after],
  ])
  return createHash('sha256').update(JSON.stringify(told)).digest('hex')
}
