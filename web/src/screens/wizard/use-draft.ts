/** The draft outlives a reload of its tab: it is in the session's storage. */
import { useSyncExternalStore } from 'react'
import { type Draft, emptyDraft } from './draft.ts'

const KEPT = 'nightshift-wizard'
const watchers = new Set<() => void>()
let current: Draft | undefined

/** What an older page kept is filled up; what cannot be read begins anew. */
function read(): Draft {
  try {
    const text = sessionStorage.getItem(KEPT)
    if (text === null) return emptyDraft
    const kept = JSON.parse(text) as Partial<Draft>
    const { targets, waves } = emptyDraft
    return {
      ...emptyDraft,
      // An older page did not say whether anything was decided: then it is not thrown away unasked.
      isTouched: true,
      ...kept,
      targets: { ...targets, ...kept.targets },
      waves: { ...waves, ...kept.waves },
    }
  } catch {
    return emptyDraft
  }
}

const present = (): Draft => {
  current ??= read()
  return current
}

export function writeDraft(next: Draft): void {
  current = next
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(next))
  } catch {
    // Then it lives as long as the page does.
  }
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
