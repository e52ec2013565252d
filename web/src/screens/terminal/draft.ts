/** What of a till may be edited, and what is wrong with it. Pure. */
import type { DeviceWhole } from '../../api/types.ts'

export interface Draft {
  readonly name: string
  readonly number: string
  readonly makerNumber: string
  readonly registrationNumber: string
  readonly configuration: string
  readonly blocked: boolean
  /** Why it is blocked, or let in again. */
  readonly blockReason: string
}
export const draftFields = [
  'name',
  'number',
  'makerNumber',
  'registrationNumber',
  'configuration',
  'blocked',
] as const
export type DraftField = (typeof draftFields)[number]

export const draftOf = (device: DeviceWhole): Draft => ({
  name: device.name,
  number: String(device.number),
  makerNumber: device.makerNumber ?? '',
  registrationNumber: device.registrationNumber ?? '',
  configuration: device.configuration ?? '',
  blocked: device.blocked,
  blockReason: '',
})

/** Fields that are other than before, in the order of the form. */
export const changedFields = (before: Draft, after: Draft): readonly DraftField[] =>
  draftFields.filter((field) => before[field] !== after[field])

export type DraftFault = 'nameNeeded' | 'tooLong' | 'numberInvalid' | 'reasonNeeded'
export const MOST = { name: 200, makerNumber: 64, registrationNumber: 64, blockReason: 500 } as const
const LARGEST = 999_999

export function draftFaults(draft: Draft, before: Draft): Partial<Record<keyof Draft, DraftFault>> {
  const faults: Partial<Record<keyof Draft, DraftFault>> = {}
  for (const field of ['name', 'makerNumber', 'registrationNumber', 'blockReason'] as const)
    if (draft[field].length > MOST[field]) faults[field] = 'tooLong'
  if (draft.name.trim() === '') faults.name = 'nameNeeded'
  if (!/^\d{1,6}$/.test(draft.number.trim()) || Number(draft.number) > LARGEST)
    faults.number = 'numberInvalid'
  if (draft.blocked !== before.blocked && draft.blockReason.trim() === '') faults.blockReason = 'reasonNeeded'
  return faults
}

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())

/** The members of PATCH /devices/:cashId that are to change; undefined: none. */
export function patchOf(before: Draft, draft: Draft): Record<string, unknown> | undefined {
  const all: Record<Exclude<DraftField, 'blocked'>, unknown> = {
    name: draft.name.trim(),
    number: Number(draft.number),
    makerNumber: orNull(draft.makerNumber),
    registrationNumber: orNull(draft.registrationNumber),
    configuration: orNull(draft.configuration),
  }
  const changed = changedFields(before, draft).filter((field) => field !== 'blocked')
  return changed.length === 0 ? undefined : Object.fromEntries(changed.map((field) => [field, all[field]]))
}
