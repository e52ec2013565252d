/**
 * A fleet in CSV: one row per device, which also says its store; a row without a cash id says a store alone. A store's
 * columns may stand in every row of it or only in one. The header names the columns, in any order; `;`, `,` or a tab
 * between them is found out. A cell that a spreadsheet would take for a formula has an apostrophe in front (write-csv.ts).
 */
import { CsvError, type Info, type Options, parse } from 'csv-parse/sync'
import type { Draft } from './check.ts'
import type { FaultCollector, Place } from './faults.ts'
import { deviceFields, type Field, fieldOf, readCell, storeFields } from './fields.ts'
import type { Path } from './json-places.ts'
import { plainCell } from './write-csv.ts'

const MAX_ROWS = 100_000
const MAX_ROW_CHARACTERS = 200_000
const SEPARATORS = [';', ',', '\t'] as const

interface Column {
  readonly at: number
  readonly field: Field
  readonly of: 'store' | 'device'
}

interface Row {
  readonly cells: readonly string[]
  readonly line: number
}

/** The one that the header has most of, outside quotation marks. */
function separatorOf(text: string): string {
  const header = (text.split(/[\r\n]/, 1)[0] ?? '').replaceAll(/"[^"]*"/g, '')
  const counted = SEPARATORS.map((mark) => ({ mark, count: header.split(mark).length }))
  return counted.reduce((best, one) => (one.count > best.count ? one : best)).mark
}

type RawRecord = { readonly record: string[]; readonly info: Info; readonly raw: string }

/** Lines end with CRLF, LF or CR; the row's own line is its first. */
const firstLine = ({ info, raw }: RawRecord): number =>
  info.lines - (raw.replace(/(\r\n|\r|\n)$/, '').match(/\r\n|\r|\n/g)?.length ?? 0)

function readRows(text: string, faults: FaultCollector): Row[] {
  const told = new Set<number>()
  const options: Options = {
    delimiter: separatorOf(text),
    bom: true,
    info: true,
    raw: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: MAX_ROW_CHARACTERS,
    on_skip: (error: CsvError | undefined) => {
      if (error !== undefined) addSyntax(error, faults, told)
    },
  }
  try {
    const records = parse(text, options) as unknown as RawRecord[]
    return records.map((one) => ({ cells: one.record, line: firstLine(one) }))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    addSyntax(error, faults, told)
    return []
  }
}

function addSyntax(error: CsvError, faults: FaultCollector, told: Set<number>): void {
  const line = typeof error.lines === 'number' ? error.lines : 1
  // The parser goes on within the line, and stumbles over the rest of it.
  if (told.has(line)) return
  told.add(line)
  const detail = 'quotation marks enclose a whole cell, and are doubled within it'
  faults.add({ code: 'syntaxInvalid', place: { line }, detail: `${detail} (${error.code})` })
}

const plainName = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]/g, '')

const byName = new Map<string, Omit<Column, 'at'>>(
  [
    ...storeFields.map((field) => ({ field, of: 'store' as const })),
    ...deviceFields.map((field) => ({ field, of: 'device' as const })),
  ].flatMap((one) => [
    [plainName(one.field.column), one],
    [plainName(one.field.russian), one],
  ]),
)
const needed = [...storeFields, ...deviceFields].filter(({ key }) => key === 'code' || key === 'cashId')

function readHeader({ cells, line }: Row, faults: FaultCollector): Column[] {
  const columns: Column[] = []
  for (const [at, cell] of cells.entries()) {
    const found = byName.get(plainName(cell))
    const where = { place: { line, column: at + 1 }, field: cell }
    if (found === undefined) {
      if (cell.trim() === '' && at === cells.length - 1) continue
      faults.add({ code: 'columnUnknown', ...where, detail: 'there is no such column: correct or remove it' })
    } else if (columns.some(({ field }) => field === found.field))
      faults.add({ code: 'columnTwice', ...where, detail: 'a column stands once: remove one of them' })
    else columns.push({ at, ...found })
  }
  for (const field of needed) {
    if (columns.some((column) => column.field === field)) continue
    const detail = `add the column ${field.column}: ${field.rule}`
    faults.add({ code: 'columnMissing', place: { line }, field: field.column, detail })
  }
  return columns
}

interface StoreDraft {
  readonly value: Record<string, unknown> & { readonly devices: Record<string, unknown>[] }
  /** Where each key was said first. */
  readonly said: Map<string, { readonly text: string; readonly line: number; readonly column: number }>
  readonly line: number
  /** The rows of its devices, in their order. */
  readonly lines: number[]
}

interface Drawing {
  readonly stores: StoreDraft[]
  readonly byCode: Map<string, number>
  /** Paths of cells that are none of their type. */
  readonly broken: Set<string>
  readonly columns: readonly Column[]
  readonly code: Column
  readonly cashId: Column
  readonly faults: FaultCollector
}

const cellOf = ({ cells }: Row, { at }: Column): string => plainCell(cells[at] ?? '')
/** Blanks are a text, and of anything else nothing. */
const isEmpty = ({ field }: Column, text: string): boolean =>
  field.type === 'text' ? text === '' : text.trim() === ''

/** Undefined: the cell is empty, or is none of its type. */
function readTyped({ broken, faults }: Drawing, row: Row, column: Column, path: string): unknown {
  const [{ field, at }, text] = [column, cellOf(row, column)]
  if (isEmpty(column, text)) return undefined
  const read = readCell(field, text)
  if (read.ok) return read.value
  broken.add(path)
  const place = { line: row.line, column: at + 1 }
  faults.add({ code: read.code, place, field: field.column, value: text, detail: field.rule })
  return undefined
}

function storeAt({ stores, byCode }: Drawing, row: Row, code: string): number {
  const known = byCode.get(code)
  if (known !== undefined) return known
  byCode.set(code, stores.length)
  return stores.push({ value: { code, devices: [] }, said: new Map(), line: row.line, lines: [] }) - 1
}

function addStoreCell(drawing: Drawing, row: Row, column: Column, at: number): void {
  const store = drawing.stores[at]
  const { key, column: name } = column.field
  const text = cellOf(row, column)
  if (store === undefined || isEmpty(column, text)) return
  const place = { line: row.line, column: column.at + 1 }
  const before = store.said.get(key)
  if (before === undefined) {
    store.said.set(key, { text, ...place })
    const value = readTyped(drawing, row, column, `stores.${at}.${key}`)
    if (value !== undefined) store.value[key] = value
  } else if (before.text !== text) {
    const detail = `line ${before.line} says ${JSON.stringify(before.text.slice(0, 100))} of the same store: say one of them`
    drawing.faults.add({ code: 'storeDiffers', place, field: name, value: text, detail })
  }
}

function addDevice(drawing: Drawing, row: Row, at: number): void {
  const store = drawing.stores[at]
  if (store === undefined) return
  const path = `stores.${at}.devices.${store.value.devices.length}`
  const device: Record<string, unknown> = {}
  for (const column of drawing.columns) {
    if (column.of !== 'device') continue
    const { key, empty } = column.field
    const read = readTyped(drawing, row, column, `${path}.${key}`)
    const value = read === undefined && !drawing.broken.has(`${path}.${key}`) ? empty : read
    if (value !== undefined) device[key] = value
  }
  store.value.devices.push(device)
  store.lines.push(row.line)
}

/** What no row of a store says is as empty as an empty cell. */
function fillEmpty({ stores, columns }: Drawing): void {
  for (const { value, said } of stores) {
    for (const { of, field } of columns)
      if (of === 'store' && field.key !== 'code' && field.empty !== undefined && !said.has(field.key))
        value[field.key] = field.empty
  }
}

/** Of a row without a cash id: a cell that says something of a device all the same. */
const strayCell = ({ columns }: Drawing, row: Row): Column | undefined =>
  columns.find((column) => column.of === 'device' && !isEmpty(column, cellOf(row, column)))

function addRow(drawing: Drawing, row: Row): void {
  const { faults, columns, code, cashId } = drawing
  const { line } = row
  const width = columns.reduce((most, { at }) => Math.max(most, at + 1), 0)
  if (row.cells.slice(width).some((cell) => cell.trim() !== '')) {
    const detail = 'it has more cells than the header: put a cell that holds a separator in quotation marks'
    return void faults.add({
      code: 'cellsTooMany',
      place: { line },
      value: `${row.cells.length} cells`,
      detail,
    })
  }
  const store = cellOf(row, code).trim()
  if (store === '') {
    const { column: field, rule: detail } = code.field
    return void faults.add({ code: 'fieldMissing', place: { line, column: code.at + 1 }, field, detail })
  }
  const at = storeAt(drawing, row, store)
  for (const column of columns)
    if (column.of === 'store' && column !== code) addStoreCell(drawing, row, column, at)
  if (!isEmpty(cashId, cellOf(row, cashId))) return void addDevice(drawing, row, at)
  const stray = strayCell(drawing, row)
  if (stray === undefined) return
  const detail = 'this row says something of a device and has no cash id: give it one, or empty the cell'
  const place = { line, column: stray.at + 1 }
  faults.add({ code: 'rowInvalid', place, field: stray.field.column, value: cellOf(row, stray), detail })
}

function placeIn(draft: Drawing, path: Path): Place | null {
  const store = draft.stores[Number(path[1])]
  if (store === undefined) return { line: 1 }
  const field = fieldOf(path)
  const column = draft.columns.find((one) => one.field === field)
  if (path[2] === 'devices') {
    const line = store.lines[Number(path[3])] ?? store.line
    return column === undefined ? { line } : { line, column: column.at + 1 }
  }
  const said = store.said.get(String(path[2]))
  if (said !== undefined) return { line: said.line, column: said.column }
  return column === undefined ? { line: store.line } : { line: store.line, column: column.at + 1 }
}

/** Undefined: there is nothing to go by, which `faults` tells of. */
export function draftOfCsv(text: string, faults: FaultCollector): Draft | undefined {
  const [header, ...rows] = readRows(text, faults)
  if (header === undefined) return undefined
  const columns = readHeader(header, faults)
  const [code, cashId] = needed.map((field) => columns.find((column) => column.field === field))
  if (code === undefined || cashId === undefined) return undefined
  if (rows.length > MAX_ROWS) {
    const detail = `at most ${MAX_ROWS} rows are read: divide the file`
    faults.add({ code: 'fileTooLarge', place: null, value: `${rows.length}`, detail })
    return undefined
  }
  const drawing: Drawing = {
    ...{ stores: [], byCode: new Map(), broken: new Set() },
    ...{ columns, code, cashId, faults },
  }
  for (const row of rows) addRow(drawing, row)
  fillEmpty(drawing)
  return {
    value: { stores: drawing.stores.map((store) => store.value) },
    place: (path) => placeIn(drawing, path),
    name: (path) => fieldOf(path)?.column ?? path.join('.'),
    broken: drawing.broken,
  }
}
