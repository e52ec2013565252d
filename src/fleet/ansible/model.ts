/** An Ansible inventory, whichever form it was written in: groups of groups of hosts, and which variable holds where. */
import type { FaultCollector, Place } from '../faults.ts'

export interface Value {
  readonly value: unknown
  /** As it was written, where that is another thing: the zeros in front of a number. */
  readonly source?: string | undefined
  readonly place: Place | null
}
export type Vars = Map<string, Value>

export interface Group {
  readonly name: string
  readonly vars: Vars
  readonly hosts: Set<string>
  /** Where each was named. */
  readonly children: Map<string, Place | null>
}

export interface Inventory {
  readonly groups: Map<string, Group>
  readonly hosts: Map<string, { readonly vars: Vars; readonly place: Place | null }>
}

export interface Host {
  readonly name: string
  readonly place: Place | null
  readonly vars: ReadonlyMap<string, Value>
  /** All but `all` and `ungrouped`, those around others first. */
  readonly groups: readonly string[]
}

/** Inventories of whole chains have some ten thousand. */
export const MAX_HOSTS = 50_000
const MAX_GROUPS = 20_000

export const newInventory = (): Inventory => ({ groups: new Map(), hosts: new Map() })

export function groupOf(inventory: Inventory, name: string): Group {
  const found = inventory.groups.get(name)
  if (found !== undefined) return found
  const group = { name, vars: new Map(), hosts: new Set<string>(), children: new Map() }
  if (inventory.groups.size < MAX_GROUPS) inventory.groups.set(name, group)
  return group
}

/** False: there are too many. */
export function addHost(
  inventory: Inventory,
  group: Group,
  name: string,
  place: Place | null,
  vars: Vars,
): boolean {
  const found = inventory.hosts.get(name)
  if (found === undefined && inventory.hosts.size >= MAX_HOSTS) return false
  const host = found ?? { vars: new Map(), place }
  for (const [key, value] of vars) host.vars.set(key, value)
  inventory.hosts.set(name, host)
  group.hosts.add(name)
  return true
}

const OUTERMOST: ReadonlySet<string> = new Set(['all', 'ungrouped'])

/** How far each group lies below `all`; a group that contains itself is a fault, and its last link is cut. */
function depthsOf(inventory: Inventory, faults: FaultCollector): Map<string, number> {
  const depths = new Map<string, number>()
  const parents = new Map<string, string[]>()
  for (const group of inventory.groups.values())
    for (const child of group.children.keys()) parents.set(child, [...(parents.get(child) ?? []), group.name])
  const walk = (name: string, above: readonly string[]): number => {
    const known = depths.get(name)
    if (known !== undefined) return known
    const over = (parents.get(name) ?? []).filter((parent) => {
      if (!above.includes(parent) && parent !== name) return true
      const place = inventory.groups.get(parent)?.children.get(name) ?? null
      inventory.groups.get(parent)?.children.delete(name)
      const detail = 'a group cannot contain itself: take it out of its children'
      faults.add({ code: 'groupCycle', place, field: parent, value: name, detail })
      return false
    })
    const depth = Math.max(0, ...over.map((parent) => walk(parent, [...above, name]) + 1))
    depths.set(name, depth)
    return depth
  }
  for (const name of inventory.groups.keys()) walk(name, [])
  return depths
}

function membershipOf(inventory: Inventory): Map<string, Set<string>> {
  const of = new Map<string, Set<string>>()
  const below = new Map<string, Set<string>>()
  const hostsOf = (name: string): Set<string> => {
    const known = below.get(name)
    if (known !== undefined) return known
    const group = inventory.groups.get(name)
    const hosts = new Set(group?.hosts)
    below.set(name, hosts)
    for (const child of group?.children.keys() ?? []) for (const host of hostsOf(child)) hosts.add(host)
    return hosts
  }
  for (const name of inventory.groups.keys()) {
    for (const host of hostsOf(name)) {
      const groups = of.get(host) ?? new Set()
      of.set(host, groups.add(name))
    }
  }
  return of
}

/** Each host with the variables that hold for it: a group's over those around it, its own over all. */
export function resolveHosts(inventory: Inventory, faults: FaultCollector): Host[] {
  const depths = depthsOf(inventory, faults)
  const membership = membershipOf(inventory)
  const depth = (name: string): number => (name === 'all' ? -1 : (depths.get(name) ?? 0))
  return [...inventory.hosts].map(([name, own]) => {
    const groups = [...(membership.get(name) ?? [])].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1))
    const everywhere = inventory.groups.get('all')?.vars ?? new Map<string, Value>()
    const vars = new Map(everywhere)
    for (const group of groups)
      for (const [key, value] of inventory.groups.get(group)?.vars ?? []) vars.set(key, value)
    for (const [key, value] of own.vars) vars.set(key, value)
    return { name, place: own.place, vars, groups: groups.filter((group) => !OUTERMOST.has(group)) }
  })
}
