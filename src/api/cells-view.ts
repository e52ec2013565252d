/** Cells of the board as columns: what repeats stands once in a table beside them. */
import type { BoardCellRow } from '../db/board-cells.ts'
import { type MarkFacts, markOf, markReason, marks, reaches } from '../rollout/page/mark.ts'
import { formatVersion } from '../rollout/versions.ts'

/** Numbers texts in the order of their coming. */
function numbered() {
  const places = new Map<string, number>()
  const numberOf = (text: string): number => {
    const known = places.get(text)
    if (known !== undefined) return known
    places.set(text, places.size)
    return places.size - 1
  }
  return {
    numberOf,
    orNull: (text: string | null) => (text === null ? null : numberOf(text)),
    texts: () => [...places.keys()],
  }
}

export const factsOf = ({ state, reason, rolloutKind, reach }: BoardCellRow): MarkFacts => ({
  state,
  reason,
  reach,
  kind: rolloutKind ?? 'update',
})

/** Hours and minutes, not seconds: a board of ten thousand changes less, and packs better. */
const minutes = (seconds: number | null): number | null =>
  seconds === null ? null : Math.floor(seconds / 60)

/** @param stores codes whose places cells name already; others are numbered after them */
export function cellsView(rows: readonly BoardCellRow[], stores: readonly string[] = []) {
  const [places, kinds, reasons, versions, rollouts] = [
    ...[numbered(), numbered(), numbered(), numbered(), numbered()],
  ] as const
  for (const code of stores) places.numberOf(code)
  const told = rows.map((row) => {
    const facts = factsOf(row)
    const mark = markOf(facts)
    return { mark, reason: markReason(facts, row.unreachableReason, mark) }
  })
  const cells = {
    store: rows.map((row) => places.numberOf(row.store)),
    cashId: rows.map((row) => row.cashId),
    number: rows.map((row) => row.number),
    kind: rows.map((row) => kinds.numberOf(row.kind)),
    mark: told.map(({ mark }) => marks.indexOf(mark)),
    reason: told.map(({ reason }) => reasons.orNull(reason)),
    rollout: rows.map((row) => rollouts.orNull(row.rolloutId)),
    wave: rows.map((row) => row.wave),
    version: rows.map((row) => versions.orNull(row.version === null ? null : formatVersion(row.version))),
    reach: rows.map((row) => reaches.indexOf(row.reach)),
    ageMinutes: rows.map((row) => minutes(row.ageSeconds)),
  }
  return {
    storeCodes: places.texts(),
    tables: {
      kinds: kinds.texts(),
      marks,
      reaches,
      reasons: reasons.texts(),
      rollouts: rollouts.texts(),
      versions: versions.texts(),
    },
    cells,
  }
}
