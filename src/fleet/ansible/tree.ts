/** Ansible's inventory as a tree: its YAML, and the JSON of `ansible-inventory --list`. */
import type { FaultCollector, Place } from '../faults.ts'
import type { Path } from '../json-places.ts'
import {
  addHost,
  type Group,
  groupOf,
  type Inventory,
  MAX_HOSTS,
  newInventory,
  type Value,
  type Vars,
} from './model.ts'
import { expandRanges } from './range.ts'

export interface Tree {
  readonly value: unknown
  readonly placeOf: (path: Path) => Place | null
  /** A scalar as it was written. */
  readonly sourceOf?: (path: Path) => string | undefined
}

type Raw = Readonly<Record<string, unknown>>
const isRaw = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const MAX_NESTED = 40

function varsAt({ placeOf, sourceOf }: Tree, raw: unknown, path: Path): Vars {
  const vars: Vars = new Map()
  for (const [key, value] of Object.entries(isRaw(raw) ? raw : {})) {
    const at = [...path, key]
    const source = typeof value === 'number' ? sourceOf?.(at) : undefined
    const one: Value = { value, source, place: placeOf(at) }
    vars.set(key, one)
  }
  return vars
}

interface Reading {
  readonly tree: Tree
  readonly inventory: Inventory
  readonly faults: FaultCollector
}

/** What must be a mapping, or nothing at all. */
function mapping({ tree, faults }: Reading, value: unknown, path: Path): Raw {
  if (isRaw(value)) return value
  if (value !== null && value !== undefined) {
    const detail = 'a mapping of names is expected here'
    faults.add({ code: 'syntaxInvalid', place: tree.placeOf(path), field: path.join('.'), value, detail })
  }
  return {}
}

function addNamed(reading: Reading, group: Group, pattern: string, at: Path, vars: Vars): void {
  const { inventory, faults, tree } = reading
  const place = tree.placeOf(at)
  const names = expandRanges(pattern, MAX_HOSTS)
  if (names === undefined) {
    const detail = `a range is [01:50], [a:f] or [0:20:5], with at most ${MAX_HOSTS} hosts`
    return void faults.add({ code: 'rangeInvalid', place, value: pattern, detail })
  }
  for (const name of names) {
    if (addHost(inventory, group, name, place, vars)) continue
    return void faults.add({
      code: 'fileTooLarge',
      place,
      value: name,
      detail: `at most ${MAX_HOSTS} hosts are read`,
    })
  }
}

function readGroup(reading: Reading, name: string, value: unknown, path: Path, depth: number): void {
  const { tree, faults, inventory } = reading
  if (depth > MAX_NESTED) {
    const detail = `at most ${MAX_NESTED} groups within each other are read`
    return void faults.add({ code: 'tooDeep', place: tree.placeOf(path), field: name, detail })
  }
  const group = groupOf(inventory, name)
  for (const [key, part] of Object.entries(mapping(reading, value, path))) {
    const at = [...path, key]
    if (key === 'vars')
      for (const [one, set] of varsAt(tree, mapping(reading, part, at), at)) group.vars.set(one, set)
    else if (key === 'hosts')
      for (const [host, vars] of Object.entries(mapping(reading, part, at)))
        addNamed(
          reading,
          group,
          host,
          [...at, host],
          varsAt(tree, mapping(reading, vars, [...at, host]), [...at, host]),
        )
    else if (key === 'children')
      for (const [child, inner] of Object.entries(mapping(reading, part, at))) {
        group.children.set(child, tree.placeOf([...at, child]))
        readGroup(reading, child, inner, [...at, child], depth + 1)
      }
    else {
      const detail = 'a group has hosts, vars and children: take it out, or put it under one of them'
      faults.add({ code: 'fieldUnknown', place: tree.placeOf(at), field: key, detail })
    }
  }
}

export function readYamlTree(tree: Tree, faults: FaultCollector): Inventory {
  const reading = { tree, inventory: newInventory(), faults }
  for (const [name, group] of Object.entries(mapping(reading, tree.value, [])))
    readGroup(reading, name, group, [name], 0)
  return reading.inventory
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []

/** `{ _meta: { hostvars }, group: { hosts: [], children: [], vars } }`; every variable of a host is its own there. */
export function readListTree(tree: Tree, faults: FaultCollector): Inventory {
  const reading = { tree, inventory: newInventory(), faults }
  const { _meta: meta, ...groups } = mapping(reading, tree.value, [])
  const hostvars = mapping(reading, mapping(reading, meta, ['_meta']).hostvars, ['_meta', 'hostvars'])
  for (const [name, value] of Object.entries(groups)) {
    const group = groupOf(reading.inventory, name)
    const parts: Raw = Array.isArray(value) ? { hosts: value } : mapping(reading, value, [name])
    for (const [key, set] of varsAt(tree, parts.vars, [name, 'vars'])) group.vars.set(key, set)
    for (const child of texts(parts.children)) {
      group.children.set(child, tree.placeOf([name, 'children']))
      groupOf(reading.inventory, child)
    }
    for (const [i, host] of texts(parts.hosts).entries()) {
      const path = Object.hasOwn(hostvars, host) ? ['_meta', 'hostvars', host] : [name, 'hosts', i]
      const vars = varsAt(tree, hostvars[host], ['_meta', 'hostvars', host])
      if (addHost(reading.inventory, group, host, tree.placeOf(path), vars)) continue
      faults.add({
        code: 'fileTooLarge',
        place: null,
        value: host,
        detail: `at most ${MAX_HOSTS} hosts are read`,
      })
      return reading.inventory
    }
  }
  return reading.inventory
}
