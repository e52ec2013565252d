/** Pixels of the board. They are in chain.css by name, so lines can be reckoned before they are drawn. */
export interface Sizes {
  readonly cell: number
  readonly cellHeight: number
  readonly line: number
  readonly group: number
  readonly letter: number
}
/** 1,830 tills on 1440 × 900. */
export const COMPACT: Sizes = { cell: 12, cellHeight: 14, line: 17, group: 28, letter: 6.4 }
export const LARGE: Sizes = { cell: 34, cellHeight: 24, line: 30, group: 30, letter: 7.2 }

const GAP = 1
const STRIP_GAP = 14
const [CODE_LEAST, CODE_MOST] = [3, 10]

export const codeWidth = (codes: readonly string[], { letter }: Sizes): number => {
  const longest = codes.reduce((most, code) => Math.max(most, code.length), CODE_LEAST)
  return Math.ceil(Math.min(longest, CODE_MOST) * letter) + 8
}

/** @param cells in a strip */
export const stripWidth = (cells: number, code: number, { cell }: Sizes): number =>
  code + cells * (cell + GAP)

/** Strips on a line of so many pixels. */
export const columnsIn = (width: number, strip: number): number =>
  Math.max(1, Math.floor((width + STRIP_GAP) / (strip + STRIP_GAP)))
