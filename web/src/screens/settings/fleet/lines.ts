import type { FleetPreview } from '../../../api/types.ts'

/** A store or a device of the preview, as one row. */
export interface Line {
  readonly kind: 'store' | 'device'
  readonly code: string
  readonly store: string
  readonly name: string
  readonly returns: boolean
  readonly changes: readonly FieldChange[]
}
export interface FieldChange {
  readonly field: string
  readonly before?: unknown
  readonly after?: unknown
}
export type Outcome = 'added' | 'changed' | 'removed'

export function linesOf({ stores, devices }: FleetPreview, outcome: Outcome): Line[] {
  return [
    ...stores[outcome].map(({ code, name, changes = [], returns = false }) => ({
      ...({ kind: 'store', code, store: code, name, changes, returns } as const),
    })),
    ...devices[outcome].map(({ cashId, store, name, changes = [], returns = false }) => ({
      ...({ kind: 'device', code: cashId, store, name, changes, returns } as const),
    })),
  ]
}

export interface ChangedField {
  readonly line: Line
  readonly change: FieldChange
}
/** One row for each field that changes. */
export const fieldsOf = (lines: readonly Line[]): ChangedField[] =>
  lines.flatMap((line) => line.changes.map((change) => ({ line, change })))
