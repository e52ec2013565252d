/** Where each store of the board stands: groups, in them stores with trouble first, as many on a line as fit. Pure. */
import type { BoardStore, Cell } from './board-data.ts'
import { type Mark, marks, troubles } from './marks.ts'

export const groupings = ['none', 'wave', 'group', 'zone', 'version'] as const
export type Grouping = (typeof groupings)[number]
export const isGrouping = (text: string | undefined): text is Grouping =>
  (groupings as readonly string[]).includes(text ?? '')

/** Some tills of one store, side by side: what is a row to who hears the board. */
export interface Strip {
  readonly key: string
  readonly store: number
  readonly code: string
  readonly cashIds: readonly string[]
  /** It goes on from the strip before. */
  readonly isRest: boolean
  /** 1 is the head of the board. */
  readonly row: number
}
export interface GroupHead {
  readonly key: string
  /** Rollout and wave, group, zone or version; null: without. */
  readonly value: string | null
  readonly rollout: string | null
  readonly stores: number
  readonly devices: number
  readonly trouble: number
  readonly row: number
}
export type Line =
  | { readonly kind: 'group'; readonly head: GroupHead }
  | { readonly kind: 'strips'; readonly key: string; readonly strips: readonly Strip[] }

export interface Place {
  readonly line: number
  readonly slot: number
  readonly place: number
}
export interface Layout {
  readonly lines: readonly Line[]
  readonly rows: number
  /** Cells of the widest strip. */
  readonly cells: number
  readonly stores: number
  readonly devices: number
  /** Cash ids as the eye and the arrow keys go. */
  readonly order: readonly string[]
  readonly places: ReadonlyMap<string, Place>
}

export interface LayoutAsked {
  readonly stores: readonly BoardStore[]
  readonly cellsIn: (store: number) => readonly Cell[]
  readonly by: Grouping
  /** Only stores with a cell of these; empty: all. */
  readonly shown: ReadonlySet<Mark>
  /** Strips on a line. */
  readonly columns: number
  /** Cells in a strip at most. */
  readonly width: number
}

interface Part {
  readonly store: number
  readonly cells: readonly Cell[]
}
interface Group {
  readonly value: string | null
  readonly rollout: string | null
  readonly parts: Map<number, Cell[]>
}

const [LEAST, MOST] = [2, 16]
/** So wide that nine of ten stores need one strip. */
export function widthFor(sizes: readonly number[]): number {
  const sorted = [...sizes].sort((a, b) => a - b)
  return Math.min(MOST, Math.max(LEAST, sorted[Math.floor(sorted.length * 0.9)] ?? LEAST))
}

function groupValue(by: Grouping, cell: Cell, store: BoardStore): string | null {
  switch (by) {
    case 'wave':
      return cell.wave === null ? null : String(cell.wave)
    case 'group':
      return store.group
    case 'zone':
      return store.zone
    case 'version':
      return cell.version
    case 'none':
      return ''
  }
}

function groupsOf({ stores, cellsIn, by, shown }: LayoutAsked): Group[] {
  const groups = new Map<string, Group>()
  stores.forEach((store, i) => {
    const cells = cellsIn(i)
    if (shown.size > 0 && !cells.some(({ mark }) => shown.has(mark))) return
    for (const cell of cells) {
      const value = groupValue(by, cell, store)
      const rollout = by === 'wave' && value !== null ? cell.rollout : null
      const key = `${rollout} ${value}`
      const group = groups.get(key) ?? { value, rollout, parts: new Map<number, Cell[]>() }
      groups.set(key, group)
      const part = group.parts.get(i)
      if (part === undefined) group.parts.set(i, [cell])
      else part.push(cell)
    }
  })
  return [...groups.values()]
}

/** What has no value stands last; numbers are in the order of numbers. */
const compareGroups = (a: Group, b: Group): number =>
  Number(a.value === null) - Number(b.value === null) ||
  (a.rollout ?? '').localeCompare(b.rollout ?? '') ||
  (a.value ?? '').localeCompare(b.value ?? '', 'en', { numeric: true })

const CALM = marks.length
const worstOf = (cells: readonly Cell[]): number =>
  cells.reduce<number>(
    (worst, { mark }) => (troubles.has(mark) ? Math.min(worst, marks.indexOf(mark)) : worst),
    CALM,
  )

/** The worst first; of equals who opens first. */
function partsInOrder({ parts }: Group, asked: LayoutAsked): Part[] {
  const ranked = [...parts]
    .filter(([, cells]) => asked.shown.size === 0 || cells.some(({ mark }) => asked.shown.has(mark)))
    .map(([store, cells]) => ({ store, cells, worst: worstOf(cells) }))
  const opens = (store: number): number => asked.stores[store]?.opensAt ?? 0
  return ranked.sort(
    (a, b) =>
      a.worst - b.worst ||
      (a.worst === CALM ? 0 : Math.sign(opens(a.store) - opens(b.store)) || 0) ||
      a.store - b.store,
  )
}

function stripsOf(parts: readonly Part[], asked: LayoutAsked, key: string, firstRow: number): Strip[] {
  let row = firstRow
  return parts.flatMap(({ store, cells }) => {
    const code = asked.stores[store]?.code ?? ''
    const strips: Strip[] = []
    for (let from = 0; from < cells.length; from += asked.width) {
      const cashIds = cells.slice(from, from + asked.width).map(({ cashId }) => cashId)
      strips.push({
        key: `${key} ${code} ${from}`,
        ...{ store, code, cashIds },
        isRest: from > 0,
        row: row++,
      })
    }
    return strips
  })
}

function linesOf(strips: readonly Strip[], columns: number): Line[] {
  const lines: Line[] = []
  for (let from = 0; from < strips.length; from += columns) {
    const some = strips.slice(from, from + columns)
    lines.push({ kind: 'strips', key: some[0]?.key ?? '', strips: some })
  }
  return lines
}

function headOf(group: Group, parts: readonly Part[], row: number): GroupHead {
  const cells = parts.flatMap((part) => part.cells)
  return {
    key: `${group.rollout} ${group.value}`,
    ...{ value: group.value, rollout: group.rollout, row },
    stores: parts.length,
    devices: cells.length,
    trouble: cells.filter(({ mark }) => troubles.has(mark)).length,
  }
}

function index(lines: readonly Line[]): Pick<Layout, 'order' | 'places' | 'cells'> {
  const order: string[] = []
  const places = new Map<string, Place>()
  let cells = 0
  lines.forEach((line, i) => {
    if (line.kind === 'group') return
    line.strips.forEach((strip, slot) => {
      cells = Math.max(cells, strip.cashIds.length)
      strip.cashIds.forEach((cashId, place) => {
        order.push(cashId)
        places.set(cashId, { line: i, slot, place })
      })
    })
  })
  return { order, places, cells }
}

export function layoutOf(asked: LayoutAsked): Layout {
  const lines: Line[] = []
  const seen = new Set<number>()
  let row = 1
  for (const group of groupsOf(asked).sort(compareGroups)) {
    const parts = partsInOrder(group, asked)
    if (parts.length === 0) continue
    for (const { store } of parts) seen.add(store)
    const head = headOf(group, parts, row)
    if (asked.by !== 'none') {
      lines.push({ kind: 'group', head })
      row += 1
    }
    const strips = stripsOf(parts, asked, head.key, row)
    row += strips.length
    lines.push(...linesOf(strips, asked.columns))
  }
  const indexed = index(lines)
  return { lines, rows: row - 1, stores: seen.size, devices: indexed.order.length, ...indexed }
}
