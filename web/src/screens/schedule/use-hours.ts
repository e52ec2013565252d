/** A store's hours while somebody writes them: saved over what they saw, and over nobody's work. */
import { useState } from 'react'
import { get, post } from '../../api/client.ts'
import { useChange } from '../../api/hooks.ts'
import { asProblem } from '../../api/problem.ts'
import type { StoreWhole } from '../../api/types.ts'
import { type Hours, hoursIn } from './entries.ts'
import { changedParts, draftOf, type HoursDraft, hoursOf } from './hours-draft.ts'

type Seen = Pick<StoreWhole, 'revision' | 'calendar'>

const isSame = (one: Hours, other: Hours): boolean => changedParts(one, other).length === 0

interface Saving {
  readonly base: Seen
  readonly calendar: Hours | null
}
/** @throws ApiProblem; `preconditionFailed` only where it is the hours that somebody changed */
async function saveHours(code: string, { base, calendar }: Saving): Promise<StoreWhole> {
  const path = `/stores/${encodeURIComponent(code)}`
  const send = ({ revision }: Seen) =>
    post<StoreWhole>(`${path}/calendar`, { calendar }, { ifMatch: `"${revision}"` })
  try {
    return await send(base)
  } catch (error) {
    if (asProblem(error).code !== 'preconditionFailed') throw error
    const now = await get<StoreWhole>(path)
    if (!isSame(hoursIn(now), hoursIn(base))) throw error
    return send(now)
  }
}

/** Of the hours alone: a telephone number that somebody corrects meanwhile is no reason to ask. */
export function useHours(store: StoreWhole) {
  const [base, setBase] = useState<Seen>(store)
  const [draft, setDraft] = useState<HoursDraft>(() => draftOf(hoursIn(store)))
  const saving = useChange((asked: Saving) => saveHours(store.code, asked), ['stores'])
  const [before, now] = [hoursIn(base), hoursIn(store)]
  const isNews = store.revision > base.revision && !saving.isPending
  const isTouched = !isSame(hoursOf(draft), before)
  const isStale = isNews && isTouched && !isSame(before, now) && !isSame(hoursOf(draft), now)
  if (isNews && !isStale) {
    setBase(store)
    if (!isTouched) setDraft(draftOf(now))
  }
  const take = (some: HoursDraft) => {
    setBase(store)
    setDraft(some)
    saving.reset()
  }
  return {
    draft,
    setDraft,
    isStale,
    before,
    now,
    /** What is said in a notice of its own is not said as a problem, too. */
    error: isStale ? null : saving.error,
    isSaving: saving.isPending,
    save: (calendar: Hours | null, done: () => void) =>
      saving.mutate({ base, calendar }, { onSuccess: done }),
    takeTheirs: () => take(draftOf(now)),
    keepMine: () => take(draft),
  }
}
