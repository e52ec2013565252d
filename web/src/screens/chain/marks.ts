/** The marks of the board, and which of them are trouble. */
import { type Mark, marks } from '../../../../src/rollout/page/mark.ts'

export type { Mark }
export { marks }

/** What `f` leads to: nobody mends it by waiting. */
export const failures: ReadonlySet<Mark> = new Set(['broken', 'inDoubt', 'failed', 'rolledBack'])
/** What comes first on the board. */
export const troubles: ReadonlySet<Mark> = new Set([...failures, 'unreachable'])

const isMark = (text: string): text is Mark => (marks as readonly string[]).includes(text)

/** `failed,broken` of the address. */
export const marksOf = (text: string | undefined): ReadonlySet<Mark> =>
  new Set((text ?? '').split(',').filter(isMark))

export type MarkCounts = Readonly<Record<Mark, number>>

export function countMarks(lists: readonly (readonly { readonly mark: Mark }[])[]): MarkCounts {
  const counts = Object.fromEntries(marks.map((mark) => [mark, 0])) as Record<Mark, number>
  for (const list of lists) for (const { mark } of list) counts[mark] += 1
  return counts
}
