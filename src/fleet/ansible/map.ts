/** From the hosts of an Ansible inventory to stores and devices, by variables that begin with `nightshift_`. */
import type { Draft } from '../check.ts'
import type { FaultCollector, Place } from '../faults.ts'
import { deviceFields, type Field, fieldOf, readCell, storeFields } from '../fields.ts'
import type { FileNote } from '../file.ts'
import type { Path } from '../json-places.ts'
import type { Host, Value } from './model.ts'

const snake = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** The store's own names; all others are called as the device's. */
const STORE_NAMES: Readonly<Record<string, string>> = {
  code: 'nightshift_store',
  name: 'nightshift_store_name',
}
/** What Ansible itself has a variable for. */
const ANSIBLE: Readonly<Record<string, readonly string[]>> = {
  host: ['ansible_host', 'ansible_ssh_host'],
  port: ['ansible_port', 'ansible_ssh_port'],
  user: ['ansible_user', 'ansible_ssh_user'],
  credential: ['ansible_ssh_private_key_file', 'ansible_private_key_file'],
}
const PASSWORDS = ['ansible_password', 'ansible_ssh_pass', 'ansible_become_password', 'ansible_become_pass']

const variableOf = (field: Field, of: 'store' | 'device'): string =>
  (of === 'store' ? STORE_NAMES[field.key] : undefined) ?? `nightshift_${snake(field.key)}`

const known: ReadonlySet<string> = new Set([
  'nightshift_ignore',
  ...storeFields.map((field) => variableOf(field, 'store')),
  ...deviceFields.map((field) => variableOf(field, 'device')),
])

interface Mapping {
  readonly faults: FaultCollector
  readonly notes: FileNote[]
  readonly places: Map<string, Place | null>
  readonly broken: Set<string>
  /** Which variable said it. */
  readonly names: Map<string, string>
}

interface Found extends Value {
  readonly name: string
}

function find(host: Host, field: Field, of: 'store' | 'device'): Found | undefined {
  const names = [variableOf(field, of), ...(ANSIBLE[field.key] ?? [])]
  const name = names.find((one) => host.vars.has(one))
  const value = name === undefined ? undefined : host.vars.get(name)
  return name === undefined || value === undefined ? undefined : { name, ...value }
}

/** A key file's path names a file in the keys folder. */
function keyName({ notes }: Mapping, found: Found): unknown {
  if (typeof found.value !== 'string' || !found.value.includes('/')) return found.value
  const name = found.value.split('/').at(-1) ?? ''
  notes.push({ code: 'keyFileRenamed', line: found.place?.line ?? null, value: `${found.value} → ${name}` })
  return name
}

function typed({ faults, broken }: Mapping, field: Field, found: Found, path: string): unknown {
  const { name, place, source } = found
  const value =
    source !== undefined && (field.type === 'word' || field.type === 'text') ? source : found.value
  if (typeof value !== 'string') {
    const isText = field.type === 'word' || field.type === 'text'
    return isText && typeof value === 'number' ? String(value) : value
  }
  if (value.includes('{{')) {
    broken.add(path)
    const detail = 'Ansible has still to fill this in: give the output of ansible-inventory --list instead'
    faults.add({ code: 'templateUnresolved', place, field: name, value, detail })
    return undefined
  }
  const read = readCell(field, value)
  if (read.ok) return read.value
  broken.add(path)
  faults.add({ code: read.code, place, field: name, value, detail: field.rule })
  return undefined
}

/** Everything that the host's variables say of a store or a device. */
function valuesOf(
  mapping: Mapping,
  host: Host,
  of: 'store' | 'device',
  path: string,
): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  mapping.places.set(path, host.place)
  for (const field of of === 'store' ? storeFields : deviceFields) {
    const found = find(host, field, of)
    if (found === undefined) continue
    const at = `${path}.${field.key}`
    mapping.places.set(at, found.place)
    mapping.names.set(at, found.name)
    const named = field.key === 'credential' ? { ...found, value: keyName(mapping, found) } : found
    const value = typed(mapping, field, named, at)
    if (value !== undefined) values[field.key] = value
  }
  return values
}

const textOf = (host: Host, name: string): string | undefined => {
  const found = host.vars.get(name)
  if (found === undefined) return undefined
  const text = String(found.source ?? found.value).trim()
  return text === '' ? undefined : text
}

const isServer = (host: Host): boolean => textOf(host, 'nightshift_kind') === 'storeServer'
const storeCodeOf = (server: Host): string => textOf(server, 'nightshift_store') ?? server.name

/** Where a till does not say its store: the one store server in a group with it. */
function storeByGroup(host: Host, servers: ReadonlyMap<string, ReadonlySet<string>>): string | undefined {
  const found = new Set(
    host.groups.flatMap((group) => {
      const codes = servers.get(group)
      return codes?.size === 1 ? [...codes] : []
    }),
  )
  return found.size === 1 ? [...found][0] : undefined
}

function serversByGroup(servers: readonly Host[]): Map<string, Set<string>> {
  const by = new Map<string, Set<string>>()
  for (const server of servers)
    for (const group of server.groups) by.set(group, (by.get(group) ?? new Set()).add(storeCodeOf(server)))
  return by
}

function lookAtVariables({ faults, notes }: Mapping, host: Host, told: Set<unknown>): void {
  for (const [name, { place, value }] of host.vars) {
    const isPassword = PASSWORDS.includes(name)
    const at = `${name}:${place?.line}:${place?.column}`
    if ((!isPassword && (!name.startsWith('nightshift_') || known.has(name))) || told.has(at)) continue
    told.add(at)
    if (isPassword) notes.push({ code: 'passwordIgnored', line: place?.line ?? null, value: name })
    else {
      const detail = 'no variable of ours has this name: correct it, or take it out'
      faults.add({ code: 'variableUnknown', place, field: name, value, detail })
    }
  }
}

const deviceOf = (mapping: Mapping, host: Host, path: string): Record<string, unknown> => {
  const values = valuesOf(mapping, host, 'device', path)
  return { name: host.name, host: host.name, labels: host.groups, ...values }
}

function storeOf(mapping: Mapping, server: Host, path: string): Record<string, unknown> {
  const values = valuesOf(mapping, server, 'store', path)
  const name = textOf(server, 'nightshift_name') ?? storeCodeOf(server)
  return { name, host: server.name, labels: server.groups, ...values, code: storeCodeOf(server) }
}

function unset(mapping: Mapping, host: Host, name: string, detail: string): void {
  mapping.faults.add({ code: 'variableUnset', place: host.place, field: name, value: host.name, detail })
}

/** Undefined: it belongs nowhere, which the faults tell of. */
function placeOfTill(
  mapping: Mapping,
  host: Host,
  codes: ReadonlyMap<string, number>,
  byGroup: Map<string, Set<string>>,
) {
  const code = textOf(host, 'nightshift_store') ?? storeByGroup(host, byGroup)
  if (code === undefined) {
    unset(mapping, host, 'nightshift_store', 'set it to the code of the store, on the host or on its group')
    return undefined
  }
  const at = codes.get(code)
  if (at !== undefined) return at
  const detail = `no host is the server of ${code}: set nightshift_kind=storeServer and nightshift_store=${code} on the one that is`
  const place = host.vars.get('nightshift_store')?.place ?? host.place
  mapping.faults.add({ code: 'storeServerMissing', place, field: 'nightshift_store', value: code, detail })
  return undefined
}

const IGNORE = new Set(['true', 'yes', 'on', '1'])

export function draftOfHosts(
  all: readonly Host[],
  faults: FaultCollector,
): { draft: Draft; notes: FileNote[] } {
  const mapping: Mapping = { faults, notes: [], places: new Map(), broken: new Set(), names: new Map() }
  const hosts = all.filter((host) => !IGNORE.has(textOf(host, 'nightshift_ignore')?.toLowerCase() ?? ''))
  const servers = hosts.filter(isServer)
  const byGroup = serversByGroup(servers)
  const codes = new Map(servers.map((server, s) => [storeCodeOf(server), s]))
  const told = new Set<unknown>()
  for (const host of hosts) lookAtVariables(mapping, host, told)
  const stores = servers.map((server, s) => ({
    ...storeOf(mapping, server, `stores.${s}`),
    devices: [] as Record<string, unknown>[],
  }))
  for (const host of hosts) {
    const hasCashId = textOf(host, 'nightshift_cash_id') !== undefined
    if (isServer(host) && !hasCashId) continue
    if (!host.vars.has('nightshift_kind') && !hasCashId) {
      unset(
        mapping,
        host,
        'nightshift_kind',
        'set it to till, selfCheckout, priceChecker or storeServer, or nightshift_ignore=true',
      )
      continue
    }
    const at = isServer(host) ? codes.get(storeCodeOf(host)) : placeOfTill(mapping, host, codes, byGroup)
    const devices = at === undefined ? undefined : stores[at]?.devices
    devices?.push({ kind: 'till', ...deviceOf(mapping, host, `stores.${at}.devices.${devices.length}`) })
  }
  return { draft: draftOf(mapping, stores), notes: mapping.notes }
}

function draftOf({ places, broken, names }: Mapping, stores: readonly object[]): Draft {
  const place = (path: Path): Place | null => {
    for (let length = path.length; length > 0; length -= 1) {
      const found = places.get(path.slice(0, length).join('.'))
      if (found !== undefined) return found
    }
    return null
  }
  const name = (path: Path): string => {
    const field = fieldOf(path)
    if (field === undefined) return path.join('.')
    const isDevice = path[2] === 'devices'
    const said = names.get(path.slice(0, isDevice ? 5 : 3).join('.'))
    return said ?? variableOf(field, isDevice ? 'device' : 'store')
  }
  const missing = (path: Path) => {
    const detail = `set it on the host or on one of its groups: ${fieldOf(path)?.rule ?? 'it is needed'}`
    return { code: 'variableUnset' as const, detail }
  }
  return { value: { stores }, place, name, broken, missing }
}
