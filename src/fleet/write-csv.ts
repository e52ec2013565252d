/**
 * A fleet as CSV that is read back to the same: `;` between the cells, a byte order mark and CRLF, so that Excel opens it.
 * A cell that begins like a formula gets an apostrophe in front, and so does one that begins with an apostrophe before
 * such a sign: reading takes exactly one away.
 */
import { stringify } from 'csv-stringify/sync'
import type { InventoryStore } from '../rollout/inventory.ts'
import { deviceFields, type Field, storeFields, writeCell } from './fields.ts'

/** What spreadsheets take for the beginning of a formula, also after blanks and in full width. */
const FORMULA = /^['\s]*[=+\-@＝＋－＠]/

/** As it is written: no formula in any spreadsheet. */
const safeCell = (text: string): string => (FORMULA.test(text) ? `'${text}` : text)
/** As it was before safeCell. */
export const plainCell = (cell: string): string =>
  cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell

const header = [...storeFields, ...deviceFields].map((field) => field.column)
const cells = (fields: readonly Field[], from: object | undefined): string[] =>
  fields.map((field) =>
    from === undefined ? '' : safeCell(writeCell(field, (from as Record<string, unknown>)[field.key])),
  )

/** One row per device, with its store's columns in each; a store without devices has a row of its own. */
export function fleetCsv(stores: readonly InventoryStore[]): string {
  const rows = stores.flatMap((store) => {
    const own = cells(storeFields, store)
    const devices = store.devices.length === 0 ? [undefined] : store.devices
    return devices.map((device) => [...own, ...cells(deviceFields, device)])
  })
  return stringify([header, ...rows], { bom: true, delimiter: ';', record_delimiter: 'windows' })
}
