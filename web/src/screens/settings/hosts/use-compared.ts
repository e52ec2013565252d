/** Which shown fingerprints somebody says to have compared. Never in the address: no link may compare for a person. */
import { useState } from 'react'
import type { Enrolment } from '../../../api/types.ts'

type Ticked = Readonly<Record<string, readonly string[]>>

export interface Confirmation {
  readonly row: Pick<Enrolment, 'id' | 'store' | 'cashId' | 'verdict' | 'pinned'>
  readonly fingerprints: readonly string[]
}
export interface Compared {
  readonly has: (id: string, fingerprint: string) => boolean
  readonly toggle: (id: string, fingerprint: string) => void
  readonly add: (id: string, fingerprints: readonly string[]) => void
  readonly clear: () => void
  /** Of these rows, those with at least one compared key that they still show. */
  readonly of: (rows: readonly Enrolment[]) => readonly Confirmation[]
}

export function useCompared(): Compared {
  const [ticked, setTicked] = useState<Ticked>({})
  const write = (id: string, change: (former: readonly string[]) => readonly string[]) =>
    setTicked((former) => ({ ...former, [id]: change(former[id] ?? []) }))
  const has = (id: string, fingerprint: string) => ticked[id]?.includes(fingerprint) ?? false
  return {
    has,
    toggle: (id, fingerprint) =>
      write(id, (former) =>
        former.includes(fingerprint) ? former.filter((one) => one !== fingerprint) : [...former, fingerprint],
      ),
    add: (id, fingerprints) => write(id, (former) => [...new Set([...former, ...fingerprints])]),
    clear: () => setTicked({}),
    of: (rows) =>
      rows.flatMap((row) => {
        const fingerprints = row.found.map((key) => key.fingerprint).filter((one) => has(row.id, one))
        return fingerprints.length === 0 ? [] : [{ row, fingerprints }]
      }),
  }
}
