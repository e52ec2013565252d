import { useParams, useSetParams } from '../route-params.ts'
import type { Selection } from './list-table.tsx'

/** An address may not grow without end: what is beyond is refused at its tick. */
const MOST = 200

/** Ticked rows, kept in the address. */
export function useSelection(): Selection & { readonly keys: readonly string[]; readonly clear: () => void } {
  const { selected } = useParams()
  const set = useSetParams()
  const keys = selected === undefined ? [] : selected.split(',')
  const write = (next: readonly string[]) =>
    set({ selected: next.length === 0 ? undefined : next.slice(0, MOST).join(',') }, { replace: true })
  return {
    keys,
    fullAt: keys.length < MOST ? undefined : MOST,
    has: (key) => keys.includes(key),
    toggle: (key) => write(keys.includes(key) ? keys.filter((one) => one !== key) : [...keys, key]),
    setAll: (some, isOn) => write([...keys.filter((key) => !some.includes(key)), ...(isOn ? some : [])]),
    clear: () => write([]),
  }
}
