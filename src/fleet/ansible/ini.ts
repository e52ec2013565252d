/** Ansible's INI: groups, `:vars`, `:children`, ranges of hosts, variables behind a host's name. */
import type { FaultCollector, Place } from '../faults.ts'
import { addHost, type Group, groupOf, type Inventory, MAX_HOSTS, newInventory, type Vars } from './model.ts'
import { expandRanges } from './range.ts'

const SECTION = /^\[([^\]:]+)(?::(\w+))?\]\s*(?:#.*)?$/
const TOKEN = /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)|[^\s"'\\]+/y

/** Words as a shell divides them; what stands behind ` #` is a remark. Undefined: a quotation mark has no other. */
function shellWords(line: string): { text: string; at: number }[] | undefined {
  const words: { text: string; at: number }[] = []
  let at = 0
  while (at < line.length) {
    if (/\s/.test(line[at] ?? '')) {
      at += 1
      continue
    }
    if (line[at] === '#') break
    const from = at
    let text = ''
    while (at < line.length && !/\s/.test(line[at] ?? '')) {
      TOKEN.lastIndex = at
      const found = TOKEN.exec(line)
      if (found === null) return undefined
      const [all, double, single, escaped] = found
      text += double?.replaceAll(/\\(.)/g, '$1') ?? single ?? escaped ?? all
      at += all.length
    }
    words.push({ text, at: from })
  }
  return words
}

/** Quotation marks around a whole value are none of its own. */
const unquoted = (text: string): string => /^(["'])(.*)\1$/.exec(text)?.[2] ?? text

interface Reading {
  readonly inventory: Inventory
  readonly faults: FaultCollector
}

function addVariable({ faults }: Reading, vars: Vars, text: string, place: Place): void {
  const equals = text.indexOf('=')
  if (equals < 1) {
    const detail = 'a variable is written name=value'
    faults.add({ code: 'syntaxInvalid', place, value: text, detail })
    return
  }
  vars.set(text.slice(0, equals).trim(), { value: unquoted(text.slice(equals + 1).trim()), place })
}

/** `host:2222` says a port; an address of version 6 has more colons. */
function portOf(name: string): { host: string; port?: string } {
  const found = /^([^:]+):(\d+)$/.exec(name)
  return found === null ? { host: name } : { host: found[1] ?? name, port: found[2] ?? '' }
}

function addHosts(reading: Reading, group: Group, line: string, number: number): void {
  const { inventory, faults } = reading
  const words = shellWords(line)
  const [first, ...rest] = words ?? []
  if (first === undefined) {
    if (words !== undefined) return
    const detail = 'a quotation mark has no other: put a value that has one in the other kind'
    faults.add({ code: 'syntaxInvalid', place: { line: number }, value: line, detail })
    return
  }
  const place = { line: number, column: first.at + 1 }
  const names = expandRanges(first.text, MAX_HOSTS)
  if (names === undefined) {
    const detail = `a range is [01:50], [a:f] or [0:20:5], with at most ${MAX_HOSTS} hosts`
    faults.add({ code: 'rangeInvalid', place, value: first.text, detail })
    return
  }
  const vars: Vars = new Map()
  for (const { text, at } of rest) addVariable(reading, vars, text, { line: number, column: at + 1 })
  for (const name of names) {
    const { host, port } = portOf(name)
    const own = port === undefined ? vars : new Map([...vars, ['ansible_port', { value: port, place }]])
    if (addHost(inventory, group, host, place, own)) continue
    faults.add({ code: 'fileTooLarge', place, value: host, detail: `at most ${MAX_HOSTS} hosts are read` })
    return
  }
}

type Section = { readonly kind: 'hosts' | 'vars' | 'children'; readonly group: Group }

function openSection({ inventory, faults }: Reading, line: string, number: number): Section | undefined {
  const found = SECTION.exec(line)
  const kind = found?.[2] ?? 'hosts'
  if (found !== null && (kind === 'hosts' || kind === 'vars' || kind === 'children'))
    return { kind, group: groupOf(inventory, (found[1] ?? '').trim()) }
  const detail = 'a section is [group], [group:vars] or [group:children]'
  faults.add({ code: 'syntaxInvalid', place: { line: number }, value: line, detail })
  return undefined
}

export function readIni(text: string, faults: FaultCollector): Inventory {
  const reading = { inventory: newInventory(), faults }
  let section: Section | undefined = { kind: 'hosts', group: groupOf(reading.inventory, 'ungrouped') }
  for (const [i, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const [line, number] = [raw.trimEnd(), i + 1]
    const start = line.trimStart()
    if (start === '' || start.startsWith('#') || start.startsWith(';')) continue
    // Below a section that cannot be read nothing is read: its lines would be told of as other things.
    if (start.startsWith('[') && SECTION.test(start)) section = openSection(reading, start, number)
    else if (/^\[[^\]]*$|^\[[^\]]*\]\s*$/.test(start) && !/^\[[^\]]*\][^\s#]/.test(start))
      section = openSection(reading, start, number)
    else if (section?.kind === 'hosts') addHosts(reading, section.group, line, number)
    else if (section?.kind === 'vars')
      addVariable(reading, section.group.vars, start, {
        line: number,
        column: line.length - start.length + 1,
      })
    else section?.group.children.set(start.replace(/\s+#.*$/, ''), { line: number })
  }
  for (const group of [...reading.inventory.groups.values()])
    for (const [child, place] of group.children) {
      if (reading.inventory.groups.has(child)) continue
      const detail = `there is no section [${child}]: add it, or take the child out`
      faults.add({ code: 'groupUnknown', place, field: group.name, value: child, detail })
    }
  return reading.inventory
}
