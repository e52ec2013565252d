/** The board's columns as cells. Pure. */
import type { Board, BoardNews } from '../../api/types.ts'
import type { Mark } from './marks.ts'

export interface BoardStore {
  readonly code: string
  readonly name: string
  readonly zone: string
  readonly group: string | null
  /** Its next opening, milliseconds since 1970; Infinity: not known. */
  readonly opensAt: number
}

export interface Cell {
  readonly cashId: string
  readonly number: number
  readonly kind: string
  readonly mark: Mark
  readonly reason: string | null
  readonly rollout: string | null
  readonly wave: number | null
  readonly version: string | null
  /** When it last said anything, milliseconds since 1970, to the minute; null: never. */
  readonly saidAt: number | null
}

const MINUTE_MS = 60_000

export function storesOf({ stores, at }: Pick<Board, 'stores' | 'at'>): BoardStore[] {
  const opens = (text: string | null | undefined): number =>
    text === 'always' ? Date.parse(at) : text == null ? Number.POSITIVE_INFINITY : Date.parse(text)
  return stores.code.map((code, i) => ({
    code,
    name: stores.name[i] ?? code,
    zone: stores.zone[i] ?? 'UTC',
    group: stores.group[i] ?? null,
    opensAt: opens(stores.opensAt[i]),
  }))
}

type Columns = Pick<BoardNews, 'at' | 'tables' | 'cells'>

const told = <T>(table: readonly T[], place: number | null | undefined): T | null =>
  place == null ? null : (table[place] ?? null)

/** @param place of the cell in the columns */
function cellAt({ at, tables, cells }: Columns, place: number): Cell {
  const age = cells.ageMinutes[place] ?? null
  return {
    cashId: cells.cashId[place] ?? '',
    number: cells.number[place] ?? 0,
    kind: told(tables.kinds, cells.kind[place]) ?? 'till',
    mark: told(tables.marks, cells.mark[place]) ?? 'none',
    reason: told(tables.reasons, cells.reason[place]),
    rollout: told(tables.rollouts, cells.rollout[place]),
    wave: cells.wave[place] ?? null,
    version: told(tables.versions, cells.version[place]),
    saidAt: age === null ? null : Date.parse(at) - age * MINUTE_MS,
  }
}

/** In their order. */
export const cellsOf = (columns: Columns): Cell[] =>
  columns.cells.cashId.map((_, place) => cellAt(columns, place))

/** What is drawn is the same; ages run on by themselves. */
export const looksSame = (one: Cell, two: Cell): boolean =>
  one.mark === two.mark &&
  one.reason === two.reason &&
  one.rollout === two.rollout &&
  one.wave === two.wave &&
  one.version === two.version &&
  one.kind === two.kind &&
  one.number === two.number
