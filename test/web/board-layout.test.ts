/** The board without a browser: who stands where, where a key leads, and that the newest word of a till stays. */
import { describe, expect, test } from 'vitest'
import type { Board, BoardNews } from '../../web/src/api/types.ts'
import type { BoardStore, Cell } from '../../web/src/screens/chain/board-data.ts'
import { createBoard } from '../../web/src/screens/chain/board-store.ts'
import { type Grouping, layoutOf } from '../../web/src/screens/chain/layout.ts'
import type { Mark } from '../../web/src/screens/chain/marks.ts'
import { moved, nextOf } from '../../web/src/screens/chain/moves.ts'

const store = (code: string, opensAt = 0, zone = 'UTC'): BoardStore => ({
  ...{ code, name: code, zone, group: null, opensAt },
})
const cell = (cashId: string, mark: Mark, more: Partial<Cell> = {}): Cell => ({
  ...{ cashId, number: 1, kind: 'till', mark, reason: null, rollout: null },
  ...{ wave: null, version: null, saidAt: null },
  ...more,
})
const stores = [store('A', 9), store('B', 7), store('C', 8)]
const cells = [
  [cell('a1', 'done'), cell('a2', 'done'), cell('a3', 'done')],
  [cell('b1', 'done'), cell('b2', 'failed')],
  [cell('c1', 'broken'), cell('c2', 'unreachable')],
]
const lay = (
  by: Grouping,
  { shown = [], columns = 2, width = 2 }: { shown?: Mark[]; columns?: number; width?: number } = {},
) => layoutOf({ stores, cellsIn: (i) => cells[i] ?? [], by, shown: new Set(shown), columns, width })
const drawn = (layout: ReturnType<typeof lay>): string[] =>
  layout.lines.map((line) =>
    line.kind === 'group'
      ? `# ${line.head.value}`
      : line.strips.map(({ cashIds }) => cashIds.join('')).join(' '),
  )

describe('the layout of the board', () => {
  test('trouble first, the worst before the rest; a large store goes on beside itself', () => {
    const layout = lay('none')
    expect(drawn(layout)).toEqual(['c1c2 b1b2', 'a1a2 a3'])
    expect([layout.rows, layout.stores, layout.devices, layout.cells]).toEqual([4, 3, 7, 2])
  })
  test('of equal trouble, who opens first', () => {
    const both = [[cell('a1', 'failed')], [cell('b1', 'failed')], [cell('c1', 'done')]]
    const layout = layoutOf({
      ...{ stores, cellsIn: (i: number) => both[i] ?? [], by: 'none' },
      ...{ shown: new Set<Mark>(), columns: 9, width: 9 },
    })
    expect(layout.order).toEqual(['b1', 'a1', 'c1'])
  })
  test('only stores with what the legend lets in, with all their tills', () => {
    expect(drawn(lay('none', { shown: ['failed'] }))).toEqual(['b1b2'])
    expect(drawn(lay('none', { shown: ['inDoubt'] }))).toEqual([])
  })
  test('groups in order, without one last; a store stands in each that it has tills of', () => {
    const waves = [
      [cell('a1', 'done', { wave: 10, rollout: 'r' }), cell('a2', 'done', { wave: 2, rollout: 'r' })],
      [cell('b1', 'done')],
    ]
    const layout = layoutOf({
      ...{ stores, cellsIn: (i: number) => waves[i] ?? [], by: 'wave' },
      ...{ shown: new Set<Mark>(), columns: 9, width: 9 },
    })
    expect(drawn(layout)).toEqual(['# 2', 'a2', '# 10', 'a1', '# null', 'b1'])
    expect(layout.rows).toBe(6)
  })
})

describe('keys', () => {
  const layout = lay('none')
  test.each([
    ['c1', 'right', 'c2'],
    ['c2', 'right', 'b1'],
    ['b2', 'right', 'a1'],
    ['c1', 'left', 'c1'],
    ['b2', 'down', 'a3'],
    ['a2', 'up', 'c2'],
    ['a1', 'down', 'a1'],
    ['b2', 'rowStart', 'b1'],
    ['c1', 'last', 'a3'],
    ['a3', 'first', 'c1'],
    ['c2', 'pageDown', 'a2'],
  ] as const)('%s %s leads to %s', (from, move, to) => {
    expect(moved(layout, from, move, 5)).toBe(to)
  })
  test('the next failure goes round, and there may be none', () => {
    const isBad = (cashId: string) => ['b2', 'c1'].includes(cashId)
    expect(nextOf(layout.order, undefined, 1, isBad)).toBe('c1')
    expect(nextOf(layout.order, 'c1', 1, isBad)).toBe('b2')
    expect(nextOf(layout.order, 'b2', 1, isBad)).toBe('c1')
    expect(nextOf(layout.order, 'c1', -1, isBad)).toBe('b2')
    expect(nextOf(layout.order, 'c1', 1, () => false)).toBeUndefined()
  })
})

describe('what the page knows of the board', () => {
  const marks = ['broken', 'running', 'done'] as const
  const columns = (seq: number, mark: Mark, rollout: string | null = null) => ({
    ...{ at: new Date(0).toISOString(), seq },
    tables: { kinds: ['till'], marks, reaches: [], reasons: [], rollouts: [rollout ?? 'r'], versions: [] },
    cells: {
      ...{
        store: [0],
        cashId: ['1'],
        number: [1],
        kind: [0],
        mark: [marks.indexOf(mark as 'done')],
        reason: [null],
      },
      ...{
        rollout: [rollout === null ? null : 0],
        wave: [null],
        version: [null],
        reach: [0],
        ageMinutes: [0],
      },
    },
  })
  const read = (seq: number, mark: Mark): Board =>
    ({
      ...columns(seq, mark),
      stores: { code: ['A'], name: ['A'], zone: ['UTC'], group: [null], labels: [[]], opensAt: [null] },
    }) as unknown as Board
  const news = (seq: number, mark: Mark, rollout: string | null = null): BoardNews =>
    columns(seq, mark, rollout) as unknown as BoardNews

  test('the highest seq stays, in whatever order they come', () => {
    const board = createBoard(undefined)
    board.patch(news(5, 'running'))
    board.load(read(4, 'done'))
    expect(board.cell('1')?.mark).toBe('running')
    board.patch(news(3, 'broken'))
    expect(board.cell('1')?.mark).toBe('running')
    board.load(read(4, 'broken'))
    expect(board.cell('1')?.mark).toBe('running')
    board.load(read(6, 'done'))
    board.patch(news(5, 'running'))
    expect([board.cell('1')?.mark, board.counts().done]).toEqual(['done', 1])
  })
  test('a reading of a lower one than the reading before it is of another database: it begins anew', () => {
    const board = createBoard(undefined)
    board.load(read(100, 'done'))
    board.patch(news(120, 'broken'))
    board.load(read(7, 'running'))
    expect(board.cell('1')?.mark).toBe('running')
    board.patch(news(8, 'done'))
    expect(board.cell('1')?.mark).toBe('done')
    board.patch(news(6, 'broken'))
    expect(board.cell('1')?.mark).toBe('done')
  })
  test('who shows a store that looks as before is not drawn again', () => {
    const board = createBoard(undefined)
    board.load(read(1, 'done'))
    const before = board.cellsIn(0)
    board.load(read(2, 'done'))
    expect(board.cellsIn(0)).toBe(before)
    board.patch(news(3, 'broken'))
    expect(board.cellsIn(0)).not.toBe(before)
  })
  test('on the board of one rollout another one says nothing', () => {
    const board = createBoard('mine')
    board.load(read(1, 'done'))
    board.patch(news(2, 'broken', 'other'))
    expect(board.cell('1')?.mark).toBe('done')
    board.patch(news(3, 'running', 'mine'))
    expect(board.cell('1')?.mark).toBe('running')
  })
})
