/** Where a key leads on the board. Pure. */
import type { Layout, Line, Place } from './layout.ts'

export type Move =
  | 'left'
  | 'right'
  | 'up'
  | 'down'
  | 'rowStart'
  | 'rowEnd'
  | 'first'
  | 'last'
  | 'pageUp'
  | 'pageDown'

export function moveOfKey(key: string, isWhole: boolean): Move | undefined {
  const moves: Readonly<Record<string, Move>> = {
    ...{ ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' },
    ...{ PageUp: 'pageUp', PageDown: 'pageDown' },
    ...(isWhole ? { Home: 'first', End: 'last' } : { Home: 'rowStart', End: 'rowEnd' }),
  }
  return moves[key]
}

const stripsAt = (lines: readonly Line[], line: number) => {
  const found = lines[line]
  return found?.kind === 'strips' ? found.strips : undefined
}

/** The next line of strips at least so many lines away; the last one where there are fewer. */
function lineFrom({ lines }: Layout, from: number, step: number): number {
  const way = Math.sign(step)
  let last = from
  for (let at = from + way; at >= 0 && at < lines.length; at += way) {
    if (stripsAt(lines, at) === undefined) continue
    last = at
    if (Math.abs(at - from) >= Math.abs(step)) break
  }
  return last
}

/** The same slot and place on another line, or the nearest to it. */
function across(layout: Layout, { line, slot, place }: Place, step: number): string | undefined {
  const strips = stripsAt(layout.lines, lineFrom(layout, line, step)) ?? []
  const strip = strips[Math.min(slot, strips.length - 1)]
  return strip?.cashIds[Math.min(place, strip.cashIds.length - 1)]
}

/** @param page lines of one page */
export function moved(layout: Layout, from: string, move: Move, page: number): string | undefined {
  const at = layout.places.get(from)
  if (at === undefined) return layout.order[0]
  const strip = stripsAt(layout.lines, at.line)?.[at.slot]
  const index = layout.order.indexOf(from)
  switch (move) {
    case 'left':
      return layout.order[index - 1] ?? from
    case 'right':
      return layout.order[index + 1] ?? from
    case 'up':
      return across(layout, at, -1)
    case 'down':
      return across(layout, at, 1)
    case 'pageUp':
      return across(layout, at, -page)
    case 'pageDown':
      return across(layout, at, page)
    case 'rowStart':
      return strip?.cashIds[0]
    case 'rowEnd':
      return strip?.cashIds.at(-1)
    case 'first':
      return layout.order[0]
    case 'last':
      return layout.order.at(-1)
  }
}

/** The next, or the one before, of which it is true; round the end. undefined: there is none. */
export function nextOf(
  order: readonly string[],
  from: string | undefined,
  way: 1 | -1,
  isMeant: (cashId: string) => boolean,
): string | undefined {
  const start = from === undefined ? (way === 1 ? -1 : order.length) : order.indexOf(from)
  for (let i = 1; i <= order.length; i += 1) {
    const place = (((start + way * i) % order.length) + order.length) % order.length
    const cashId = order[place]
    if (cashId !== undefined && isMeant(cashId)) return cashId
  }
  return undefined
}
