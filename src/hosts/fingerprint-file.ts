/** Lists of fingerprints as people bring them from stores: `store,cashId,fingerprint` (cashId empty: the server). Pure. */

export interface FingerprintFault {
  /** From 1. */
  readonly line: number
  readonly problem: 'columns' | 'fingerprint' | 'tooManyLines'
}

const MAX_LINES = 50_000
const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/
export const isFingerprint = (text: string): boolean => FINGERPRINT.test(text)

/** By `["store","cashId" or null]`. Separated by comma, semicolon or tab; a heading and comments are passed over. */
export function readFingerprints(file: string): {
  readonly byHost: ReadonlyMap<string, Set<string>>
  readonly faults: readonly FingerprintFault[]
} {
  const byHost = new Map<string, Set<string>>()
  const faults: FingerprintFault[] = []
  const lines = file.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  if (lines.length > MAX_LINES) faults.push({ line: MAX_LINES + 1, problem: 'tooManyLines' })
  for (const [at, text] of lines.slice(0, MAX_LINES).entries()) {
    if (text.trim() === '' || text.startsWith('#') || (at === 0 && /fingerprint\s*$/i.test(text))) continue
    const cells = text.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
    const [store, cashId, fingerprint] = cells
    if (cells.length !== 3 || !store) faults.push({ line: at + 1, problem: 'columns' })
    else if (fingerprint === undefined || !isFingerprint(fingerprint))
      faults.push({ line: at + 1, problem: 'fingerprint' })
    else {
      const name = JSON.stringify([store, cashId === '' ? null : cashId])
      byHost.set(name, (byHost.get(name) ?? new Set()).add(fingerprint))
    }
  }
  return { byHost, faults }
}
