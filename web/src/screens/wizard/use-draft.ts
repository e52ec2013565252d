/** The draft outlives a reload of its tab, and a session that has run out: it is in the tab's storage, under its person. */
import { useSyncExternalStore } from 'react'
import { DRAFT, keep, readKept } from '../../api/person.ts'
import { type Draft, emptyDraft } from './draft.ts'

const watchers = new Set<() => void>()
let current: Draft | undefined

/** What an older page kept is filled up; what cannot be read begins anew. */
function read(): Draft {
  const kept = readKept(DRAFT) as Partial<Draft> | undefined
  if (kept === undefined) return emptyDraft
  const { targets, waves } = emptyDraft
  return {
    ...emptyDraft,
    // An older page did not say whether anything was decided: then it is not thrown away unasked.
    isTouched: true,
    ...kept,
    targets: { ...targets, ...kept.targets },
    waves: { ...waves, ...kept.waves },
  }
}

const present = (): Draft => {
  current ??= read()
  return current
}

export function writeDraft(next: Draft): void {
  current = next
  keep(DRAFT, next)
  for (const told of watchers) told()
}

const watch = (told: () => void) => {
  watchers.add(told)
  return () => watchers.delete(told)
}

export type Change = (change: Partial<Draft>) => void

export function useDraft(): [Draft, Change] {
  const draft = useSyncExternalStore(watch, present)
  return [draft, changeDraft]
}

/** Whatever is changed was decided by somebody, where the change does not say otherwise. */
const changeDraft: Change = (change) => writeDraft({ ...present(), isTouched: true, ...change })
export const presentDraft = present

/** Who holds it here has had it planned as it was: no change of somebody else's. */
export function followKept(id: string, seen: number, revision: number): void {
  const { kept } = present()
  if (kept?.id === id && kept.revision === seen) writeDraft({ ...present(), kept: { ...kept, revision } })
}
