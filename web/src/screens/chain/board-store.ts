/** The board as the page knows it: read whole, then patched cell by cell. Only who shows a changed store is told of it. */
import type { Board, BoardNews } from '../../api/types.ts'
import { type BoardStore, type Cell, cellsOf, looksSame, storesOf } from './board-data.ts'
import { countMarks, type MarkCounts } from './marks.ts'

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
  /** Grows when devices came or went. */
  readonly shape: () => number
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
  let seqs = new Map<string, number>()
  let counts: MarkCounts = countMarks([])
  let revision = 0
  let shape = 0
  let isLoaded = false
  let readSeq = 0

  const cell = (cashId: string): Cell | undefined => {
    const at = places.get(cashId)
    return at === undefined ? undefined : inStore[at.store]?.[at.place]
  }
  const say = () => {
    counts = countMarks(inStore)
    revision += 1
    for (const one of told) one()
  }
  const patch = (news: BoardNews) => {
    const changed = new Map<number, Cell[]>()
    for (const next of cellsOf(news)) {
      const at = places.get(next.cashId)
      const former = cell(next.cashId)
      // Of another rollout it says nothing here; who is not on this board comes with the next reading.
      if (at === undefined || former === undefined || (seqs.get(next.cashId) ?? 0) > news.seq) continue
      if (rollout !== undefined && next.rollout !== rollout) continue
      const cells = changed.get(at.store) ?? [...(inStore[at.store] ?? [])]
      cells[at.place] = next
      seqs.set(next.cashId, news.seq)
      changed.set(at.store, cells)
    }
    for (const [store, cells] of changed) inStore[store] = cells
    if (changed.size > 0) say()
  }
  const load = (board: Board) => {
    // It only grows in one database: this is another one, or the same after a restore, and nothing of before counts.
    if (board.seq < readSeq) {
      seqs = new Map()
      kept.splice(0)
    }
    readSeq = board.seq
    const next: Cell[][] = board.stores.code.map(() => [])
    const found = new Map<string, { store: number; place: number }>()
    const newest = new Map<string, number>()
    cellsOf(board).forEach((read, i) => {
      const store = board.cells.store[i] ?? 0
      const former = cell(read.cashId)
      const cells = next[store] ?? []
      const seq = seqs.get(read.cashId) ?? 0
      found.set(read.cashId, { store, place: cells.length })
      newest.set(read.cashId, Math.max(seq, board.seq))
      cells.push(former !== undefined && seq > board.seq ? former : read)
    })
    const byCode = new Map(stores.map(({ code }, i) => [code, inStore[i] ?? NOTHING]))
    stores = storesOf(board)
    inStore = next.map((cells, i) => {
      const former = byCode.get(stores[i]?.code ?? '') ?? NOTHING
      const isSame = former.length === cells.length && cells.every((one, j) => isAsBefore(former[j], one))
      return isSame ? former : cells
    })
    if (found.size !== places.size || [...found.keys()].some((cashId) => !places.has(cashId))) shape += 1
    places = found
    seqs = newest
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
    shape: () => shape,
    subscribe: (one) => {
      told.add(one)
      return () => told.delete(one)
    },
  }
}

/** Minutes are rounded: by so much a reading may differ that says the same. */
const SAME_MS = 120_000

/** A reading that draws nothing otherwise. */
const isAsBefore = (former: Cell | undefined, next: Cell): boolean =>
  former !== undefined &&
  former.cashId === next.cashId &&
  looksSame(former, next) &&
  (former.saidAt === null) === (next.saidAt === null) &&
  Math.abs((former.saidAt ?? 0) - (next.saidAt ?? 0)) < SAME_MS
