/** `r`: the frozen list of whom a retry would take, of the till with the focus or of what the legend lets in. */
import { lazy, Suspense } from 'react'
import { useAnswer } from '../../api/hooks.ts'
import type { RolloutWhole } from '../../api/types.ts'
import { Answered } from '../../parts/notices.tsx'
import { RetryFrame } from '../rollout/retry-frame.tsx'
import type { BoardModel } from './board-store.ts'
import type { Mark } from './marks.ts'

const RetryDialog = lazy(async () => ({
  default: (await import('../rollout/retry-dialog.tsx')).RetryDialog,
}))

/** Terminal states of updates that have such a mark; others have nothing to retry. */
const states: Readonly<Partial<Record<Mark, string>>> = {
  broken: 'broken',
  failed: 'failed',
  rolledBack: 'rolledBack',
  unreachable: 'skipped',
  skipped: 'skipped',
}
const statesOf = (some: Iterable<Mark>): string[] => [
  ...new Set([...some].flatMap((mark) => states[mark] ?? [])),
]

/** Of the address: `ROLLOUT:failed,broken:diskFull`. undefined: there is nothing to retry. */
export function previewFor(
  model: BoardModel,
  cashId: string | undefined,
  shown: ReadonlySet<Mark>,
): string | undefined {
  const cell = cashId === undefined ? undefined : model.cell(cashId)
  if (cell?.rollout != null && states[cell.mark] !== undefined)
    return [cell.rollout, states[cell.mark], cell.reason ?? ''].join(':')
  const wanted = shown.size > 0 ? shown : new Set<Mark>(['failed', 'broken', 'rolledBack'])
  const counts = new Map<string, number>()
  model.stores().forEach((_, i) => {
    for (const { mark, rollout } of model.cellsIn(i))
      if (rollout !== null && wanted.has(mark) && states[mark] !== undefined)
        counts.set(rollout, (counts.get(rollout) ?? 0) + 1)
  })
  // A retry is of one rollout: of the one with the most.
  const [rollout] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? []
  return rollout === undefined ? undefined : [rollout, statesOf(wanted).join(','), ''].join(':')
}

const some = (text: string | undefined): { some?: string[] } =>
  text === undefined || text === '' ? {} : { some: text.split(',') }

export function RetryPreview({
  preview,
  onClose,
}: {
  readonly preview: string
  readonly onClose: () => void
}) {
  const [id = '', stateText, reasonText] = preview.split(':')
  const rollout = useAnswer<RolloutWhole>(`/rollouts/${encodeURIComponent(id)}`)
  const { some: wanted } = some(stateText)
  const { some: reasons } = some(reasonText)
  if (rollout.data === undefined)
    return (
      <RetryFrame onClose={onClose}>
        <Answered answer={rollout}>{() => null}</Answered>
      </RetryFrame>
    )
  return (
    <Suspense>
      <RetryDialog
        rollout={rollout.data}
        onClose={onClose}
        {...(wanted && { states: wanted })}
        {...(reasons && { reasons })}
      />
    </Suspense>
  )
}
