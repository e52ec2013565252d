/** A fleet file of any form, read: from its bytes to stores and devices, or to everything that is wrong with it. */
import { isNode, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import { readIni } from './ansible/ini.ts'
import { draftOfHosts } from './ansible/map.ts'
import { type Inventory as AnsibleInventory, resolveHosts } from './ansible/model.ts'
import { readListTree, readYamlTree, type Tree } from './ansible/tree.ts'
import { checkDraft, type Draft, type FleetDefaults } from './check.ts'
import { decodeText, type Encoding } from './decode.ts'
import { collectFaults, type FaultCollector, type Faults } from './faults.ts'
import type { FileNote, FileStore, FleetFormat } from './file.ts'
import { draftOfCsv } from './read-csv.ts'
import { draftOfJson, readPlacedJson } from './read-json.ts'

const MAX_FILE_BYTES = 20 * 1024 * 1024
/** A document that names a part of itself more often is built to swell. */
const MAX_ALIASES = 100

export interface ReadOptions {
  readonly format: FleetFormat
  readonly defaults?: FleetDefaults
}

export type ReadFleet =
  | {
      readonly ok: true
      readonly stores: readonly FileStore[]
      readonly notes: readonly FileNote[]
      readonly encoding: Encoding
    }
  | { readonly ok: false; readonly faults: Faults }

interface Drafted {
  readonly draft: Draft | undefined
  readonly notes: readonly FileNote[]
}
const nothing: Drafted = { draft: undefined, notes: [] }

function ofAnsible(inventory: AnsibleInventory, faults: FaultCollector): Drafted {
  return draftOfHosts(resolveHosts(inventory, faults), faults)
}

const isOurs = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'stores' in value && Array.isArray(value.stores)
const isAnsible = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && ('_meta' in value || 'all' in value)

function fromJson(text: string, faults: FaultCollector): Drafted {
  const read = readPlacedJson(text, faults)
  if (read === undefined) return nothing
  const { json, placeOf } = read
  if (!isAnsible(json.value)) return { draft: draftOfJson(read), notes: [] }
  const tree: Tree = { value: json.value, placeOf: (path) => placeOf(json.offsetOf(path)) }
  return ofAnsible(readListTree(tree, faults), faults)
}

function treeOfYaml(text: string, faults: FaultCollector): Tree | undefined {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    merge: true,
    prettyErrors: false,
  })
  const placeAt = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  for (const { code, message, pos } of document.errors) {
    const isTwice = code === 'DUPLICATE_KEY'
    faults.add({ code: isTwice ? 'keyTwice' : 'syntaxInvalid', place: placeAt(pos[0]), detail: message })
  }
  if (document.errors.length > 0) return undefined
  const nodeAt = (path: readonly (string | number)[]): Node | undefined => {
    const found: unknown = path.length === 0 ? document.contents : document.getIn(path, true)
    return isNode(found) ? found : undefined
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES })
    return {
      value,
      placeOf: (path) => {
        for (let length = path.length; length > 0; length -= 1) {
          const range = nodeAt(path.slice(0, length))?.range
          if (range) return placeAt(range[0])
        }
        return { line: 1, column: 1 }
      },
      sourceOf: (path) => {
        const node = nodeAt(path)
        return isScalar(node) ? node.source : undefined
      },
    }
  } catch (error) {
    const detail = `at most ${MAX_ALIASES} aliases are followed: ${error instanceof Error ? error.message : ''}`
    faults.add({ code: 'syntaxInvalid', place: null, detail })
    return undefined
  }
}

function fromYaml(text: string, faults: FaultCollector): Drafted {
  const tree = treeOfYaml(text, faults)
  if (tree === undefined) return nothing
  if (!isOurs(tree.value)) return ofAnsible(readYamlTree(tree, faults), faults)
  const draft = {
    value: tree.value,
    place: tree.placeOf,
    name: (path: readonly (string | number)[]) => path.join('.'),
    broken: new Set<string>(),
  }
  return { draft, notes: [] }
}

const readers: Readonly<Record<FleetFormat, (text: string, faults: FaultCollector) => Drafted>> = {
  json: fromJson,
  yaml: fromYaml,
  csv: (text, faults) => ({ draft: draftOfCsv(text, faults), notes: [] }),
  ini: (text, faults) => ofAnsible(readIni(text, faults), faults),
}

/** By a file's name; undefined: it does not say. */
export function formatOf(name: string): FleetFormat | undefined {
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase()
  if (ending === 'yml') return 'yaml'
  return ending === 'json' || ending === 'csv' || ending === 'ini' || ending === 'yaml' ? ending : undefined
}

const refused = (faults: FaultCollector): ReadFleet => ({ ok: false, faults: faults.all() })

export function readFleet(bytes: Uint8Array, { format, defaults }: ReadOptions): ReadFleet {
  const faults = collectFaults()
  if (bytes.length > MAX_FILE_BYTES) {
    const detail = `at most ${MAX_FILE_BYTES} bytes are read: divide the file`
    faults.add({ code: 'fileTooLarge', place: null, value: `${bytes.length} bytes`, detail })
    return refused(faults)
  }
  const decoded = decodeText(bytes)
  if (decoded === undefined) {
    const detail = 'save it as UTF-8, or as windows-1251: it is no text in either'
    faults.add({ code: 'encodingUnknown', place: null, detail })
    return refused(faults)
  }
  const { text, encoding } = decoded
  if (text.trim() === '') {
    faults.add({ code: 'fileEmpty', place: null, detail: 'there is nothing in this file' })
    return refused(faults)
  }
  const { draft, notes } = readers[format](text, faults)
  const stores = draft === undefined ? undefined : checkDraft(draft, faults, defaults)
  if (stores === undefined || !faults.isEmpty) return refused(faults)
  const decodedAs: FileNote[] =
    encoding === 'utf-8' ? [] : [{ code: 'decodedAs', line: null, value: encoding }]
  return { ok: true, stores, notes: [...decodedAs, ...notes], encoding }
}
