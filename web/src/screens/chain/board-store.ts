/** The board as the page knows it: read whole, then patched cell by cell. Only who shows a changed store is told of it. */
import { countBy } from '../../../../src/rollout/report/facts.ts'
import type { Board, BoardNews } from '../../api/types.ts'
import { type BoardStore, type Cell, cellsOf, looksSame, storesOf } from './board-data.ts'
import { type Mark, marks } from './marks.ts'

export type MarkCounts = Readonly<Record<Mark, number>>

export interface BoardModel {
  /** A new reading: what the stream told meanwhile stays. */
  load(board: Board): void
  /** Before the first reading it is kept for it. */
  patch(news: BoardNews): void
  readonly stores: () => readonly BoardStore[]
  /** One object as long as nothing in the store looks otherwise. */
  readonly cellsIn: (store: number) => readonly Cell[]
  readonly cell: (cashId: string) => Cell | undefined
  readonly storeOf: (cashId: string) => BoardStore | undefined
  readonly counts: () => MarkCounts
  /** Grows whenever a cell looks otherwise. */
  readonly revision: () => number
  subscribe(told: () => void): () => void
}

/** As many as one message may have, and some seconds of them. */
const MAX_KEPT = 40
const NOTHING: readonly Cell[] = []

export function createBoard(rollout: string | undefined): BoardModel {
  const told = new Set<() => void>()
  const kept: BoardNews[] = []
  let stores: readonly BoardStore[] = []
  let inStore: (readonly Cell[])[] = []
  let places = new Map<string, { store: number; place: number }>()
  let counts: MarkCounts = countBy([] as Cell[], marks, ({ mark }) => mark)
  let revision = 0
  let isLoaded = false

  const cell = (cashId: string): Cell | undefined => {
    const at = places.get(cashId)
    return at === undefined ? undefined : inStore[at.store]?.[at.place]
  }
  const say = () => {
    counts = countBy(inStore.flat(), marks, ({ mark }) => mark)
    revision += 1
    for (const one of told) one()
  }
  const patch = (news: BoardNews) => {
    const changed = new Map<number, Cell[]>()
    for (const next of cellsOf(news)) {
      const at = places.get(next.cashId)
      const former = cell(next.cashId)
      // Of another rollout it says nothing here; who is not on this board comes with the next reading.
      if (at === undefined || former === undefined || former.seq > next.seq) continue
      if (rollout !== undefined && next.rollout !== rollout) continue
      const cells = changed.get(at.store) ?? [...(inStore[at.store] ?? [])]
      cells[at.place] = next
      changed.set(at.store, cells)
    }
    for (const [store, cells] of changed) inStore[store] = cells
    if (changed.size > 0) say()
  }
  const load = (board: Board) => {
    const next: Cell[][] = board.stores.code.map(() => [])
    const found = new Map<string, { store: number; place: number }>()
    cellsOf(board).forEach((read, i) => {
      const store = board.cells.store[i] ?? 0
      const former = cell(read.cashId)
      const cells = next[store] ?? []
      found.set(read.cashId, { store, place: cells.length })
      cells.push(former !== undefined && former.seq > read.seq ? former : read)
    })
    const byCode = new Map(stores.map(({ code }, i) => [code, inStore[i] ?? NOTHING]))
    stores = storesOf(board)
    inStore = next.map((cells, i) => {
      const former = byCode.get(stores[i]?.code ?? '') ?? NOTHING
      const isSame = former.length === cells.length && cells.every((one, j) => isAsBefore(former[j], one))
      return isSame ? former : cells
    })
    places = found
    isLoaded = true
    for (const news of kept.splice(0)) patch(news)
    say()
  }
  return {
    load,
    patch: (news) => {
      if (isLoaded) return patch(news)
      kept.push(news)
      if (kept.length > MAX_KEPT) kept.shift()
    },
    stores: () => stores,
    cellsIn: (store) => inStore[store] ?? NOTHING,
    cell,
    storeOf: (cashId) => stores[places.get(cashId)?.store ?? -1],
    counts: () => counts,
    revision: () => revision,
    subscribe: (one) => {
      told.add(one)
      return () => told.delete(one)
    },
  }
}

/** A reading that drew nothing otherwise, not even an age that people would notice. */
const isAsBefore = (former: Cell | undefined, next: Cell): boolean =>
  former !== undefined &&
  former.cashId === next.cashId &&
  looksSame(former, next) &&
  former.saidAt === next.saidAt
