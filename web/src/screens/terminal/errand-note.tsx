/** What became of the last thing that was asked of the till: shown while it goes on, and for a while after it failed. */
import { asProblem } from '../../api/problem.ts'
import { serverNow } from '../../format/now.ts'
import { ReasonText } from '../../parts/mark.tsx'
import { useProblemText } from '../../parts/notices.tsx'
import { Ago } from '../../parts/values.tsx'
import { CommandMark } from '../tills/command-mark.tsx'
import type { ErrandKind, Errands } from './use-errands.ts'

const REMEMBERED_MS = 10 * 60_000

const isShown = (finishedAt: string | null): boolean =>
  finishedAt === null || serverNow() - Date.parse(finishedAt) < REMEMBERED_MS

/** Why nobody would be reached: the one till's own reason. */
const leftOutOf = (error: unknown): string | undefined => {
  const { leftOut } = asProblem(error).more
  return typeof leftOut === 'object' && leftOut !== null ? Object.keys(leftOut)[0] : undefined
}

export function ErrandNote({
  errands,
  kinds,
}: {
  readonly errands: Errands
  readonly kinds: readonly ErrandKind[]
}) {
  const problemText = useProblemText()
  const { error, tried } = errands
  if (error != null && tried !== undefined && kinds.includes(tried))
    return (
      <span className="terminal-errand terminal-fault" role="alert">
        {problemText(asProblem(error))} <ReasonText code={leftOutOf(error)} />
      </span>
    )
  const newest = kinds
    .flatMap((kind) => errands.last(kind) ?? [])
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0]
  if (newest === undefined || !isShown(newest.finishedAt)) return null
  const { kind, state, reason, finishedAt } = newest
  // A look that came back shows in the time of the reading.
  if (kind === 'look' && state === 'done') return null
  return (
    <span className="terminal-errand" role="status">
      <CommandMark state={state} /> <ReasonText code={reason} />{' '}
      {finishedAt === null ? null : <Ago at={finishedAt} />}
    </span>
  )
}
