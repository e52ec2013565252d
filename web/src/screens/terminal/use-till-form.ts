import { useState } from 'react'
import { ask, post } from '../../api/client.ts'
import { useChange } from '../../api/hooks.ts'
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
  if (device.host === null) await post(path, { on, reason })
  else await post('/commands', { kind: 'block', cashIds: [device.cashId], on, text: reason })
}

interface Saving {
  readonly base: DeviceWhole
  readonly values: Draft
}
async function save({ base, values }: Saving): Promise<void> {
  const before = draftOf(base)
  const path = `/devices/${encodeURIComponent(base.cashId)}`
  const patch = patchOf(before, values)
  if (patch !== undefined) await ask('PATCH', path, { body: patch, ifMatch: `"${base.revision}"` })
  if (values.blocked !== before.blocked) await setBlocked(base, values.blocked, values.blockReason.trim())
}

/** Follows the device until somebody begins to edit; from then on it keeps what they saw. */
export function useTillForm(device: DeviceWhole, again: () => Promise<DeviceWhole | undefined>): TillForm {
  const [base, setBase] = useState(device)
  const [edits, setEdits] = useState<Partial<Draft>>({})
  const before = draftOf(base)
  const values: Draft = { ...before, ...edits }
  const dirty = changedFields(before, values)
  const saving = useChange(save, [`devices:${device.cashId}`, 'stores', 'commands'])
  const isStale = dirty.length > 0 && device.revision !== base.revision && !saving.isPending
  if (dirty.length === 0 && device !== base && !saving.isPending) setBase(device)
  const now = draftOf(device)
  const reset = () => {
    setEdits({})
    setBase(device)
    saving.reset()
  }
  /** What was typed while it was being saved stays. */
  const saved = async (sent: Draft) => {
    const fresh = await again()
    if (fresh !== undefined) setBase(fresh)
    setEdits((former) =>
      Object.fromEntries(
        Object.entries(former).filter(([field, value]) => value !== sent[field as keyof Draft]),
      ),
    )
  }
  return {
    values,
    dirty,
    isStale,
    change: (part) => setEdits((former) => ({ ...former, ...part })),
    faults: draftFaults(values, before),
    refused: Object.fromEntries(
      [
        ...(saving.error?.errors ?? []),
        ...(saving.error?.path === undefined ? [] : [{ code: saving.error.code, path: saving.error.path }]),
      ].map(({ code, path }) => [path, code]),
    ),
    error: saving.error,
    isSaving: saving.isPending,
    isSaved: saving.isSuccess && dirty.length === 0,
    theirs: isStale
      ? changedFields(before, now).map((field) => ({ field, before: before[field], after: now[field] }))
      : [],
    save: () =>
      saving.mutate({ base, values }, { onSuccess: () => void saved(values), onError: () => void again() }),
    reset,
    rebase: () => {
      setBase(device)
      saving.reset()
    },
  }
}
