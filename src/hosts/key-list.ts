/** Host keys as a list of a person's: `store,cashId,key`, cashId empty for the store server. Pure. */
import { normalHostKey } from './host-key.ts'
import { MAX_LINES } from './known-hosts.ts'

export interface ListedKey {
  /** From 1. */
  readonly line: number
  readonly store: string
  readonly cashId: string | null
  readonly key: string
}

export interface KeyList {
  readonly entries: readonly ListedKey[]
  readonly faults: readonly { readonly line: number; readonly problem: string }[]
}

/** Separated by comma, semicolon or tab; a heading and comments are passed over. */
export function parseKeyList(text: string): KeyList {
  const entries: ListedKey[] = []
  const faults: { line: number; problem: string }[] = []
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  if (lines.length > MAX_LINES) faults.push({ line: MAX_LINES + 1, problem: 'tooManyLines' })
  for (const [at, one] of lines.slice(0, MAX_LINES).entries()) {
    const line = at + 1
    if (one.trim() === '' || one.startsWith('#') || (at === 0 && /(^|[,;\t])\s*"?key"?\s*$/i.test(one)))
      continue
    const cells = one.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
    const [store, cashId, text = ''] = cells
    const key = normalHostKey(text)
    if (cells.length !== 3 || !store) faults.push({ line, problem: 'columns' })
    else if (key === undefined) faults.push({ line, problem: 'keyUnreadable' })
    else entries.push({ line, store, cashId: cashId ? cashId : null, key })
  }
  return { entries, faults }
}
