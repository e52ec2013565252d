/** What a cell is called by who cannot see it. Thousands are named at once, so the words are looked up once. */
import { useMemo } from 'react'
import type { ReasonCode } from '../../../../src/rollout/reasons.ts'
import { useWords } from '../../words/language.ts'
import type { Cell } from './board-data.ts'
import { type Mark, marks } from './marks.ts'

const kinds = ['storeServer', 'till', 'selfCheckout'] as const

export type CellNamer = (cell: Cell) => string

export function useCellName(): CellNamer {
  const { t, core } = useWords()
  return useMemo(() => {
    const ofMark = Object.fromEntries(marks.map((mark) => [mark, t(`board.marks.${mark}`)])) as Record<
      Mark,
      string
    >
    const ofKind = new Map<string, string>(kinds.map((kind) => [kind, t(`board.kinds.${kind}`)]))
    return ({ kind, number, cashId, mark, reason }) => {
      const device = `${ofKind.get(kind) ?? kind}${number > 0 ? ` ${number}` : ''}, ${cashId}`
      const why = reason === null ? '' : `. ${core.reasons[reason as ReasonCode]?.label ?? reason}`
      return `${device}: ${ofMark[mark]}${why}`
    }
  }, [t, core])
}
