import { useState } from 'react'
import { ask, post } from '../../api/client.ts'
import { useChange } from '../../api/hooks.ts'
import type { ApiProblem } from '../../api/problem.ts'
import type { DeviceWhole } from '../../api/types.ts'
import { changedFields, type Draft, type DraftField, draftFaults, draftOf, patchOf } from './draft.ts'

export interface TillForm {
  readonly values: Draft
  readonly change: (part: Partial<Draft>) => void
  readonly dirty: readonly DraftField[]
  readonly faults: ReturnType<typeof draftFaults>
  /** By field, as the API said it: a code of a problem. */
  readonly refused: Readonly<Partial<Record<string, string>>>
  readonly error: unknown
  /** Of the last save: its settings are kept, and only what came after them was refused. */
  readonly isHalfSaved: boolean
  readonly isSaving: boolean
  readonly isSaved: boolean
  /** Somebody else's changes since the editing began: of the fields here, each with what was and what is. */
  readonly theirs: readonly { field: DraftField; before: string | boolean; after: string | boolean }[]
  readonly isStale: boolean
  readonly save: () => void
  readonly reset: () => void
  /** Takes over what is there now; the own changes stay. */
  readonly rebase: () => void
}

/** Where the till has no address only the head office can keep it out. */
async function setBlocked(device: DeviceWhole, on: boolean, reason: string): Promise<void> {
  const path = `/devices/${encodeURIComponent(device.cashId)}/block`
  if (device.host === null) await post(path, { on, reason }, { setsState: true })
  else
    await post(
      '/commands',
      { kind: 'block', cashIds: [device.cashId], on, text: reason },
      { setsState: true },
    )
}

interface Saving {
  readonly base: DeviceWhole
  readonly values: Draft
  /** The settings are in the head office: what follows may be refused by itself. */
  readonly kept: (fresh: DeviceWhole) => void
}
async function save({ base, values, kept }: Saving): Promise<void> {
  const before = draftOf(base)
  const path = `/devices/${encodeURIComponent(base.cashId)}`
  const patch = patchOf(before, values)
  if (patch !== undefined)
    kept(await ask<DeviceWhole>('PATCH', path, { body: patch, ifMatch: `"${base.revision}"` }))
  if (values.blocked !== before.blocked) await setBlocked(base, values.blocked, values.blockReason.trim())
}

/** Where the API's fields have another name than the form's: of a block its reason is a command's text. */
const fieldOf = (path: string): string => (path === 'reason' || path === 'text' ? 'blockReason' : path)

function refusedOf(error: ApiProblem | null): Readonly<Partial<Record<string, string>>> {
  if (error === null) return {}
  const { errors, path, code } = error
  const all = [...errors, ...(path === undefined ? [] : [{ code, path }])]
  return Object.fromEntries(all.map((one) => [fieldOf(one.path), one.code]))
}

/** What was typed while it was being saved stays. */
const withoutSent = (edits: Partial<Draft>, sent: Partial<Draft>): Partial<Draft> =>
  Object.fromEntries(Object.entries(edits).filter(([field, value]) => value !== sent[field as keyof Draft]))

/** Follows the device until somebody begins to edit; from then on it keeps what they saw. */
export function useTillForm(device: DeviceWhole, again: () => Promise<DeviceWhole | undefined>): TillForm {
  const [base, setBase] = useState(device)
  const [edits, setEdits] = useState<Partial<Draft>>({})
  const [isHalfSaved, setHalfSaved] = useState(false)
  const before = draftOf(base)
  const values: Draft = { ...before, ...edits }
  const dirty = changedFields(before, values)
  const saving = useChange(save, [`devices:${device.cashId}`, 'stores', 'commands'])
  const now = draftOf(device)
  const theirs = changedFields(before, now)
  // What is now as it is wanted here was done by this very save, though its answer may have been lost.
  const isOwn = theirs.length > 0 && theirs.every((field) => now[field] === values[field])
  const isNews = device.revision > base.revision && !saving.isPending
  const isStale = isNews && dirty.length > 0 && !isOwn
  const isBehind = dirty.length === 0 && device !== base && device.revision >= base.revision
  if ((isBehind && !saving.isPending) || (isNews && isOwn)) setBase(device)
  const reset = () => {
    setEdits({})
    setBase(device)
    saving.reset()
  }
  const kept = (fresh: DeviceWhole) => {
    const { blocked: _, blockReason: __, ...settings } = values
    setBase(fresh)
    setEdits((former) => withoutSent(former, settings))
    setHalfSaved(true)
  }
  const saved = async () => {
    const fresh = await again()
    if (fresh !== undefined) setBase(fresh)
    setEdits((former) => withoutSent(former, values))
  }
  const send = () => {
    setHalfSaved(false)
    saving.mutate({ base, values, kept }, { onSuccess: () => void saved(), onError: () => void again() })
  }
  return {
    values,
    dirty,
    isStale,
    change: (part) => setEdits((former) => ({ ...former, ...part })),
    faults: draftFaults(values, before),
    refused: refusedOf(saving.error),
    error: saving.error,
    isHalfSaved: saving.isError && isHalfSaved,
    isSaving: saving.isPending,
    isSaved: saving.isSuccess && dirty.length === 0,
    theirs: isStale ? theirs.map((field) => ({ field, before: before[field], after: now[field] })) : [],
    save: send,
    reset,
    rebase: () => {
      setBase(device)
      saving.reset()
    },
  }
}
